import type { Range, RangeSet } from '../time/range.ts';
import { DAY, floorTo, HOUR } from '../time/time.ts';

/** The parts of the calendar that coverage is counted by, UTC. */
export const BUCKETS = ['hour', 'day', 'month'] as const;
export type Bucket = (typeof BUCKETS)[number];

/** The disjoint states of a series' time; `empty` by reason. */
export interface StateSets {
  readonly have: RangeSet;
  readonly empty: Readonly<Record<string, RangeSet>>;
  readonly failed: RangeSet;
  readonly inFlight: RangeSet;
  readonly missing: RangeSet;
}

/** Neighbouring buckets with the same counts. Counts are of steps, for each bucket. */
export interface BucketRun extends Range {
  readonly buckets: number;
  /** of events: rows; there may be none or many in one step */
  readonly have: number;
  /** of events: steps that the ledger accounts for; of others it is `have` */
  readonly accounted?: number;
  readonly empty: Readonly<Record<string, number>>;
  readonly failed: number;
  readonly inFlight: number;
  readonly missing: number;
}

/** The start of the UTC hour, day or month that an instant lies in; epoch ms. */
export function bucketStart(bucket: Bucket, at: number): number {
  if (bucket !== 'month') return floorTo(at, bucket === 'day' ? DAY : HOUR);
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
}

/** The exclusive end of the bucket that begins at `start`; epoch ms. */
export function bucketEnd(bucket: Bucket, start: number): number {
  if (bucket !== 'month') return start + (bucket === 'day' ? DAY : HOUR);
  const date = new Date(start);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
}

/** The range widened to whole buckets. */
export function wholeBuckets(bucket: Bucket, { start, end }: Range): Range {
  const last = bucketStart(bucket, end);
  return { start: bucketStart(bucket, start), end: last < end ? bucketEnd(bucket, last) : last };
}

/** Borders of the buckets, one more than there are buckets. */
export function bucketBorders(bucket: Bucket, range: Range): number[] {
  const borders = [range.start];
  while (borders.at(-1)! < range.end) borders.push(bucketEnd(bucket, borders.at(-1)!));
  return borders;
}

/**
 * Counts the steps of each state in each bucket. A step belongs to the bucket in which it begins. Empty buckets are left out.
 * @param borders of whole buckets, ascending
 * @param rows of events: how many there are in each bucket, by its start
 */
export function bucketRuns(
  sets: StateSets,
  borders: readonly number[],
  step: number,
  rows?: ReadonlyMap<number, number>,
): BucketRun[] {
  const last = borders.length - 1;
  // Most sets are empty, and need neither counting nor comparing.
  const counted: Float64Array[] = [];
  const column = (set: RangeSet): Float64Array | undefined => {
    if (set.length === 0) return undefined;
    const counts = countSteps(set, borders, step);
    counted.push(counts);
    return counts;
  };
  const [have, failed, inFlight, missing] = [sets.have, sets.failed, sets.inFlight, sets.missing].map(column);
  const empty = Object.entries(sets.empty).map(([reason, set]) => [reason, column(set)] as const);
  const events = rows && Float64Array.from(borders.slice(0, -1), (start) => rows.get(start) ?? 0);
  if (events) counted.push(events);
  const runs: BucketRun[] = [];
  for (let at = 0; at < last; ) {
    let end = at + 1;
    while (end < last && counted.every((counts) => counts[end] === counts[at])) end++;
    if (counted.some((counts) => counts[at] !== 0)) {
      const steps = have?.[at] ?? 0;
      const byReason = empty.flatMap(([reason, counts]) =>
        counts?.[at] ? [[reason, counts[at]!] as const] : [],
      );
      runs.push({
        start: borders[at]!,
        end: borders[end]!,
        buckets: end - at,
        ...(events ? { have: events[at]!, accounted: steps } : { have: steps }),
        empty: Object.fromEntries(byReason),
        failed: failed?.[at] ?? 0,
        inFlight: inFlight?.[at] ?? 0,
        missing: missing?.[at] ?? 0,
      });
    }
    at = end;
  }
  return runs;
}

function countSteps(set: RangeSet, borders: readonly number[], step: number): Float64Array {
  const counts = new Float64Array(borders.length - 1);
  let bucket = 0;
  for (const { start, end } of set) {
    while (bucket > 0 && borders[bucket]! > start) bucket--;
    while (bucket < counts.length && borders[bucket + 1]! <= start) bucket++;
    for (; bucket < counts.length && borders[bucket]! < end; bucket++) {
      const from = Math.max(start, borders[bucket]!);
      const to = Math.min(end, borders[bucket + 1]!);
      counts[bucket]! += Math.ceil(to / step) - Math.ceil(from / step);
      if (end <= borders[bucket + 1]!) break;
    }
  }
  return counts;
}
