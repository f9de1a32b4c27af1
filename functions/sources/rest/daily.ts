import { sortAndDedupe, toBatch } from '../../core/series/batch.ts';
import type { Series } from '../../core/series/series.ts';
import type { Finding, ListingProbe, Parsed, Source } from '../../core/series/source.ts';
import { DAY, floorTo } from '../../core/time/time.ts';
import { BadCells } from './bad-cells.ts';
import { isInstant } from './values.ts';

/** A venue's values of one day. */
export interface DayRow {
  /** the venue's stamp, epoch ms */
  readonly at: number;
  /** in the order of the table's columns after `symbol` and `time`; undefined: there is nothing to keep of the day */
  readonly values: readonly (number | string | null)[] | undefined;
  /** a cell that cannot be parsed */
  readonly bad?: { readonly field: string; readonly value: unknown };
}

/** A day that is useless because one of its cells cannot be read. @param at NaN where that cell is its stamp */
export const unreadDay = (at: number, field: string, value: unknown): DayRow => ({
  at,
  values: undefined,
  bad: { field, value },
});

/** A page of days from an answer in any order: final ones only, one for each day. */
export function dailyPage(
  { table, instants, finalAfterMs }: Pick<Source, 'table' | 'instants' | 'finalAfterMs'>,
  { symbol }: Series,
  days: readonly DayRow[],
  asOf: number,
): Parsed & { readonly rowsInBody: number } {
  // A stamp in another unit is invalid: such days would all lie outside the range and prove it empty.
  const rows = days.map((day) =>
    Number.isNaN(day.at) || isInstant(day.at) ? day : unreadDay(Number.NaN, 'time', day.at),
  );
  const bad = new BadCells(`${table.name} ${symbol}`, DAY);
  for (const { at, bad: cell } of rows) {
    if (cell) bad.note(Number.isNaN(at) ? undefined : floorTo(at, DAY), cell.field, cell.value);
  }
  const unread = bad.findings(rows.filter(({ values }) => values).length);
  const finalAt = (day: number): number => day + (instants ? 0 : DAY) + finalAfterMs;
  const final = rows.filter(({ at }) => finalAt(floorTo(at, DAY)) <= asOf);
  const batch = toBatch(
    table,
    final.flatMap(({ at, values }) => (values ? [[symbol, floorTo(at, DAY), ...values]] : [])),
  );
  const offGrid = final
    .filter(({ at }) => at % DAY !== 0)
    .map(({ at }): Finding => ({ kind: 'off-grid-time', time: floorTo(at, DAY), detail: { stamp: at } }));
  const sorted = sortAndDedupe(batch);
  return {
    batch: sorted.batch,
    findings: [...unread, ...offGrid, ...sorted.findings],
    rowsInBody: rows.length,
  };
}

/** The life of a symbol by the stamps of its days, where no other answer shows it. */
export function dailyListing(
  daysIn: (body: Uint8Array) => readonly DayRow[],
  { first, last }: Pick<ListingProbe, 'first' | 'last'>,
): ListingProbe {
  const stampsIn = (body: Uint8Array): number[] =>
    daysIn(body).flatMap(({ at }) => (Number.isNaN(at) ? [] : [at]));
  return {
    first,
    last,
    status: last,
    firstAt: (body) => stampsIn(body).at(0),
    lastAt: (body) => stampsIn(body).at(-1),
    isTrading: (body) => stampsIn(body).length > 0,
  };
}
