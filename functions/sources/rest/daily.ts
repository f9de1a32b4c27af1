import { batchOf, sortAndDedupe } from '../../core/batch.ts';
import type { Series } from '../../core/series.ts';
import type { Finding, ListingProbe, Parsed, Source } from '../../core/source.ts';
import { DAY, floorTo } from '../../core/time.ts';

/** What a venue tells of one day. */
export interface DayRow {
  /** the venue's stamp, epoch ms */
  readonly at: number;
  /** in the order of the table's columns after `symbol` and `time` */
  readonly values: readonly (number | string | null)[];
}

/** A page of days out of an answer in any order: final ones only, one for each day. */
export function dailyPage(
  { table, instants, finalAfterMs }: Pick<Source, 'table' | 'instants' | 'finalAfterMs'>,
  { symbol }: Series,
  rows: readonly DayRow[],
  asOf: number,
): Parsed & { readonly rowsInBody: number } {
  const finalAt = (day: number): number => day + (instants ? 0 : DAY) + finalAfterMs;
  const final = rows.filter(({ at }) => finalAt(floorTo(at, DAY)) <= asOf);
  const batch = batchOf(
    table,
    final.map(({ at, values }) => [symbol, floorTo(at, DAY), ...values]),
  );
  const offGrid = final
    .filter(({ at }) => at % DAY !== 0)
    .map(({ at }): Finding => ({ kind: 'off-grid-time', time: floorTo(at, DAY), detail: { stamp: at } }));
  const sorted = sortAndDedupe(batch);
  return { batch: sorted.batch, findings: [...offGrid, ...sorted.findings], rowsInBody: rows.length };
}

/** The life of a symbol by the stamps of its days, where no answer but these tells of one. */
export function dailyListing(
  daysIn: (body: Uint8Array) => readonly DayRow[],
  { first, last }: Pick<ListingProbe, 'first' | 'last'>,
): ListingProbe {
  return {
    ...{ first, last, status: last },
    firstAt: (body) => daysIn(body).at(0)?.at,
    lastAt: (body) => daysIn(body).at(-1)?.at,
    isTrading: (body) => daysIn(body).length > 0,
  };
}
