import { intersect, normalize, type Range, type RangeSet, runsOf } from './range.ts';
import type { Source } from './source.ts';
import { stepOf, type Timeframe } from './timeframe.ts';

/**
 * What rows account for within ranges that were asked for and answered completely. In a table of steps a row stands for its
 * step. Of events the whole answer counts, without the silences that are too long to be true.
 * @param times of the rows, ascending
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
  const events = Array.from(times).filter((at) => at >= range.start && at < range.end);
  const out: Range[] = [];
  let from = range.start;
  // Before the first event nothing is due at once: the one before it may lie just outside the range.
  let heard = events[0] === range.start;
  for (const at of [...events, range.end]) {
    if (at - from <= silence) out.push({ start: from, end: at });
    else if (heard) out.push({ start: from, end: from + silence });
    if (at < range.end) out.push({ start: at, end: Math.min(at + step, range.end) });
    from = at;
    heard = true;
  }
  return out;
}
