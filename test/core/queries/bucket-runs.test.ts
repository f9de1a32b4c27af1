import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BucketRun,
  bucketBorders,
  bucketRuns,
  wholeBuckets,
} from '../../../functions/core/queries/bucket-runs.ts';
import { contains, normalize, type RangeSet, subtract } from '../../../functions/core/time/range.ts';
import { DAY, HOUR } from '../../../functions/core/time/time.ts';

const START = Date.UTC(2025, 0, 30);
const none = { empty: {}, failed: [], inFlight: [], missing: [] };

describe('buckets', () => {
  it('are of the calendar', () => {
    const range = wholeBuckets('month', { start: START, end: Date.UTC(2025, 2, 1) });
    expect(bucketBorders('month', range)).toEqual([Date.UTC(2025, 0), Date.UTC(2025, 1), Date.UTC(2025, 2)]);
    expect(wholeBuckets('day', { start: START + 1, end: START + DAY + 1 })).toEqual({
      start: START,
      end: START + 2 * DAY,
    });
  });

  it('are one run where they are alike, and none where there is nothing', () => {
    const borders = bucketBorders('day', { start: START, end: START + 6 * DAY });
    const have = [{ start: START + DAY, end: START + 4 * DAY + HOUR }];
    expect(bucketRuns({ ...none, have }, borders, HOUR)).toMatchObject([
      { start: START + DAY, end: START + 4 * DAY, buckets: 3, have: 24 },
      { start: START + 4 * DAY, end: START + 5 * DAY, buckets: 1, have: 1 },
    ]);
  });

  it('have a step that is longer than they are where it begins', () => {
    const borders = bucketBorders('hour', { start: START, end: START + DAY });
    const have = [{ start: START, end: START + DAY }];
    expect(bucketRuns({ ...none, have }, borders, DAY)).toMatchObject([
      { start: START, buckets: 1, have: 1 },
    ]);
  });

  const set = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 60 })), { maxLength: 12 })
    .map((pairs) =>
      normalize(pairs.map(([at, long]) => ({ start: START + at * HOUR, end: START + (at + long) * HOUR }))),
    );

  it('count as one counts by hand, whatever the sets', () => {
    fc.assert(
      fc.property(
        set,
        set,
        fc.constantFrom('hour' as const, 'day' as const, 'month' as const),
        (a, b, bucket) => {
          const borders = bucketBorders(
            bucket,
            wholeBuckets(bucket, { start: START, end: START + 500 * HOUR }),
          );
          const missing = subtract(b, a);
          const runs = bucketRuns({ ...none, have: a, missing }, borders, HOUR);
          for (let i = 0; i < borders.length - 1; i++) {
            const run = runs.find(({ start, end }) => start <= borders[i]! && end > borders[i]!);
            expect(run?.have ?? 0).toBe(byHand(a, borders[i]!, borders[i + 1]!));
            expect(run?.missing ?? 0).toBe(byHand(missing, borders[i]!, borders[i + 1]!));
          }
          expect(runs.every(isMaximal)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });
});

function byHand(set: RangeSet, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at += HOUR) if (contains(set, at)) count++;
  return count;
}

/** No two neighbours that touch are alike: they would be one. */
const isMaximal = (run: BucketRun, i: number, all: readonly BucketRun[]): boolean => {
  const next = all[i + 1];
  return !next || next.start !== run.end || next.have !== run.have || next.missing !== run.missing;
};
