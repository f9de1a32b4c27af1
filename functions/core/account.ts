import { intersect, normalize, type Range, type RangeSet, runsOf } from './range.ts';
import type { Source } from './source.ts';
import { lowerBound } from './table.ts';
import { stepOf, type Timeframe } from './timeframe.ts';

/**
 * What rows account for within ranges that were asked for and answered completely. In a table of steps a row stands for its
 * step. Of events the whole answer counts, without the silences that are too long to be true.
 * @param times of all rows of the answer, ascending: an event before a range tells how long the range begins in silence
 */
export function accountedFor(
  source: Pick<Source, 'table' | 'longestSilenceMs'>,
  timeframe: Timeframe,
  times: Float64Array,
  answered: RangeSet,
): RangeSet {
  const step = stepOf(timeframe);
  if (source.table.rhythm !== 'events') return intersect(runsOf(times, step), answered);
  const silence = source.longestSilenceMs ?? Number.POSITIVE_INFINITY;
  return normalize(answered.flatMap((range) => withoutSilences(range, times, step, silence)));
}

/** From an event to the next, when it came in time; else to where the next was due. */
function withoutSilences(range: Range, times: Float64Array, step: number, silence: number): Range[] {
  const events = Array.from(times.subarray(lowerBound(times, range.start), lowerBound(times, range.end)));
  const out: Range[] = [];
  let from = range.start;
  // Without an event before the range nothing is due at once: the last one may lie just outside the answer.
  let last: number | undefined = times[lowerBound(times, range.start) - 1];
  for (const at of [...events, range.end]) {
    if (at - (last ?? from) <= silence) out.push({ start: from, end: at });
    else if (last !== undefined) out.push({ start: from, end: last + silence });
    if (at < range.end) out.push({ start: at, end: Math.min(at + step, range.end) });
    from = at;
    last = at;
  }
  return out;
}
