import type { Source } from '../series/source.ts';
import { type Batch, lowerBound, type TableSpec } from '../series/table.ts';
import { intersect, normalize, type Range, type RangeSet, runsOf } from '../time/range.ts';
import { stepOf, type Timeframe } from '../time/timeframe.ts';

/** The events of an answer. */
interface Events {
  /** of all of them, ascending */
  readonly times: Float64Array;
  /** how long the silence before each may have lasted, ms, NaN where nothing says it; absent in a table without a pace */
  readonly paces: Float64Array | undefined;
}

/**
 * What rows account for within ranges that were answered completely. In a table of steps a row accounts for its step. In a
 * table of events the whole answer counts, except for silences that are too long to be true.
 * @param times of all rows of the answer, ascending: events before and after a range say how long its ends may be silent
 * @param paces see `readPaces`
 */
export function accountedFor(
  source: Pick<Source, 'table' | 'longestSilenceMs'>,
  timeframe: Timeframe,
  times: Float64Array,
  answered: RangeSet,
  paces?: Float64Array,
): RangeSet {
  const step = stepOf(timeframe);
  if (source.table.cadence !== 'irregular') return intersect(runsOf(times, step), answered);
  // Every silence is as good as any other: what was answered is accounted for, whatever stands in it.
  if (!paces && source.longestSilenceMs === undefined) return answered;
  const longest = source.longestSilenceMs ?? Number.POSITIVE_INFINITY;
  return normalize(answered.flatMap((range) => withoutSilences(range, { times, paces }, step, longest)));
}

/** How long the silence before each row of a batch may have lasted, in ms; undefined for a table that does not say. */
export function readPaces({ columns, pace }: TableSpec, batch: Batch): Float64Array | undefined {
  if (!pace) return undefined;
  const data = batch.columns[columns.findIndex(({ name }) => name === pace.column)];
  return data instanceof Float64Array ? data.map((value) => value * pace.unitMs) : undefined;
}

/** From an event to the next if that came in time; otherwise to where the next was due. */
function withoutSilences(range: Range, events: Events, step: number, longest: number): Range[] {
  const { times } = events;
  const [first, end] = [lowerBound(times, range.start), lowerBound(times, range.end)];
  const out: Range[] = [];
  let from = range.start;
  for (let i = first; i <= end; i++) {
    const at = i < end ? times[i]! : range.end;
    out.push({ start: from, end: Math.min(quietUntil(events, i, from, range.end, longest), at) });
    from = Math.min(at + step, range.end);
    if (i < end && !isOpen(events, i)) out.push({ start: at, end: from });
  }
  return out;
}

/** The newest event, of which the next one will say the pace: until then its row may change. */
const isOpen = ({ times, paces }: Events, i: number): boolean =>
  i > 0 && i === times.length - 1 && Number.isNaN(paces?.[i] ?? 0);

/** Up to where the silence before event `i` is within its pace. @param i may be past the last one */
function quietUntil(
  { times, paces }: Events,
  i: number,
  from: number,
  rangeEnd: number,
  longest: number,
): number {
  const [before, after] = [times[i - 1], times[i]];
  const known = (...of: readonly (number | undefined)[]): number =>
    of.find((pace) => pace !== undefined && !Number.isNaN(pace)) ?? longest;
  const paceBefore = known(paces?.[i - 1], paces?.[i], paces?.[i + 1]);
  if (after === undefined) {
    if (before !== undefined) return before + paceBefore;
    // No event at all: if the others have a known pace, the silence is a hole.
    return paces === undefined && rangeEnd - from <= longest ? rangeEnd : from;
  }
  const pace = paces?.[i];
  if (before === undefined) {
    // The last event before may lie just outside the answer.
    if (pace === undefined || Number.isNaN(pace)) return after - from <= longest ? after : from;
    return after - pace < from ? after : from;
  }
  const due = before + Math.min(paceBefore, known(pace));
  if (pace === undefined) return after - before <= longest ? after : due;
  // Before an event without a known pace, another event may be missing.
  return after - before <= pace ? after : due;
}
