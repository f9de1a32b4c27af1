import { batchOf, sortAndDedupe } from '../../core/batch.ts';
import type { Series } from '../../core/series.ts';
import type { Finding, Parsed } from '../../core/source.ts';
import type { TableSpec } from '../../core/table.ts';
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
  { table, finalAfterMs }: { readonly table: TableSpec; readonly finalAfterMs: number },
  { symbol }: Series,
  rows: readonly DayRow[],
  asOf: number,
): Parsed & { readonly rowsInBody: number } {
  const final = rows.filter(({ at }) => floorTo(at, DAY) + DAY + finalAfterMs <= asOf);
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
