import type { Series } from '../series/series.ts';
import type { Source } from '../series/source.ts';
import { timeColumn } from '../series/table.ts';
import { clip, contains, hull, normalize, type Range, type RangeSet, union } from '../time/range.ts';
import { floorTo } from '../time/time.ts';
import { stepOf } from '../time/timeframe.ts';
import type { StoredRows } from './ports.ts';

/**
 * The spans of a range that can be compared with the venue: what the ledger accounts for, and rows stored without an account,
 * such as provisional ones and those that another program wrote. Snapshots have none, because they show one moment only.
 * @throws GordonError as the stores do
 */
export async function comparable(
  stored: StoredRows,
  source: Source,
  series: Series,
  range: Range,
  have: RangeSet,
): Promise<RangeSet> {
  if (source.tiers.some(({ kind }) => kind === 'snapshot')) return [];
  const time = source.table.columns.findIndex(({ name }) => name === timeColumn(source.table));
  const step = stepOf(series.timeframe);
  const beside: Range[] = [];
  for await (const rows of stored.read(series, range)) {
    for (const cells of rows) {
      const at = Number(cells[time]);
      if (contains(have, at)) continue;
      const start = floorTo(at, step);
      const last = beside.at(-1);
      if (last && start <= last.end) beside[beside.length - 1] = { start: last.start, end: start + step };
      else beside.push({ start, end: start + step });
    }
  }
  const spans = normalize(beside);
  const around = hull(spans);
  // Between two events the venue may have a third one; in a table of steps a hole is reported as a gap.
  const looseSpans = source.table.cadence === 'irregular' && around ? [around] : spans;
  return union(have, clip(looseSpans, range));
}
