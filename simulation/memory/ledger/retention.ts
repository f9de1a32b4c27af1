import { clip, normalize, type Range, type RangeSet } from '../../../functions/core/time/range.ts';
import { floorTo } from '../../../functions/core/time/time.ts';
import { stepOf } from '../../../functions/core/time/timeframe.ts';
import type { Book, MemoryWarehouse } from './warehouse.ts';

/** What retention excludes of a series, on its grid. */
export function retiredIn(
  { retention }: MemoryWarehouse,
  { series }: Book,
  within: Range,
  now: number,
): RangeSet {
  const step = stepOf(series.timeframe);
  const ranges = retention
    .filter(({ source }) => source === series.source)
    .flatMap(({ before, keepMs, dropped }): Range[] => [
      ...(before === undefined ? [] : [{ start: within.start, end: before }]),
      ...(keepMs === undefined ? [] : [{ start: within.start, end: floorTo(now - keepMs, step) }]),
      ...(dropped ? [dropped] : []),
    ]);
  return clip(normalize(ranges.filter(({ start, end }) => start < end)), within);
}
