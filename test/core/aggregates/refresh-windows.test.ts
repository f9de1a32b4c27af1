import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AGGREGATES, touchedBuckets } from '../../../functions/core/aggregates/aggregates.ts';
import { MOST_WINDOWS, refreshWindows } from '../../../functions/core/aggregates/refresh-windows.ts';
import { joinNear, measure, normalize, type RangeSet, subtract } from '../../../functions/core/time/range.ts';
import { DAY, MINUTE } from '../../../functions/core/time/time.ts';

const FIVE_YEARS = 5 * 365 * DAY;
const START = Date.UTC(2021, 0, 1);
const STEP = 5 * MINUTE;

const hole = fc
  .record({ at: fc.nat(FIVE_YEARS / STEP), steps: fc.integer({ min: 1, max: 2_000 }) })
  .map(({ at, steps }) => ({ start: START + at * STEP, end: START + (at + steps) * STEP }));
const holes = fc.array(hole, { minLength: 1, maxLength: 400 }).map(normalize);

describe('the windows of a refresh', () => {
  it('have every touched bucket, whole buckets only, and are few', () => {
    fc.assert(
      fc.property(holes, fc.constantFrom(...AGGREGATES), (touched, aggregate) => {
        const buckets = touchedBuckets(aggregate, touched);
        const windows = refreshWindows(aggregate, touched);
        expect(subtract(buckets, windows)).toEqual([]);
        expect(windows.length).toBeLessThanOrEqual(Math.min(MOST_WINDOWS, buckets.length));
        expect(normalize(windows)).toEqual(windows);
        const bounds = windows.flatMap((window) => [window.start, window.end]);
        expect(bounds.filter((at) => at % aggregate.width !== 0)).toEqual([]);
        // Nothing is read before the first touched bucket or after the last one.
        expect([windows[0]?.start, windows.at(-1)?.end]).toEqual([buckets[0]?.start, buckets.at(-1)?.end]);
      }),
      { numRuns: 300 },
    );
  });

  it('are the touched buckets themselves when these are few and far apart', () => {
    const apart = Array.from({ length: MOST_WINDOWS }, (_, i) => ({
      start: START + i * 10 * DAY,
      end: START + i * 10 * DAY + STEP,
    }));
    for (const aggregate of AGGREGATES) {
      const windows = refreshWindows(aggregate, apart);
      expect(windows).toEqual(touchedBuckets(aggregate, apart));
    }
  });

  it('of three thousand scattered holes are at most sixteen for each aggregate', () => {
    const scattered = normalize(
      Array.from({ length: 3_000 }, (_, i) => {
        const start = START + ((i * 7_919 * 31) % (FIVE_YEARS / STEP)) * STEP;
        return { start, end: start + STEP };
      }),
    );
    const counts = AGGREGATES.map((of) => refreshWindows(of, scattered).length);
    expect(Math.max(...counts)).toBeLessThanOrEqual(MOST_WINDOWS);
  });
});

describe('joining ranges', () => {
  const text = (set: RangeSet): string[] => set.map(({ start, end }) => `${start}-${end}`);
  const set = [
    { start: 0, end: 1 },
    { start: 3, end: 4 },
    { start: 10, end: 11 },
    { start: 30, end: 31 },
  ];

  it('fills the near gaps, then the shortest ones until the rest is few', () => {
    expect(text(joinNear(set, 0, 9))).toEqual(['0-1', '3-4', '10-11', '30-31']);
    expect(text(joinNear(set, 2, 9))).toEqual(['0-4', '10-11', '30-31']);
    expect(text(joinNear(set, 0, 2))).toEqual(['0-11', '30-31']);
    expect(text(joinNear(set, 0, 1))).toEqual(['0-31']);
    expect(joinNear([], 0, 1)).toEqual([]);
  });

  it('adds no more than there must be: no set of so few ranges that has all is smaller', () => {
    const small = fc.array(fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 3 })), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(small, fc.integer({ min: 1, max: 3 }), (pairs, most) => {
        const given = normalize(pairs.map(([start, length]) => ({ start, end: start + length })));
        const gaps = given.slice(1).map((r, i) => r.start - given[i]!.end);
        const choices = subsets(gaps).filter((kept) => kept.length < most);
        const smallest = Math.min(
          ...choices.map((kept) => given.at(-1)!.end - given[0]!.start - kept.reduce((a, b) => a + b, 0)),
        );
        expect(measure(joinNear(given, 0, most))).toBe(smallest);
      }),
    );
  });
});

function subsets(of: readonly number[]): number[][] {
  const all: number[][] = [[]];
  for (const n of of) all.push(...all.map((some) => [...some, n]));
  return all;
}
