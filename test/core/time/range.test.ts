import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clip,
  contains,
  hull,
  intersect,
  measure,
  normalize,
  type Range,
  type RangeSet,
  runsOf,
  subtract,
  union,
} from '../../../functions/core/time/range.ts';

const LAST = 60;
const range = fc
  .tuple(fc.integer({ min: 0, max: LAST }), fc.integer({ min: 0, max: 12 }))
  .map(([start, length]): Range => ({ start, end: start + length }));
const ranges = fc.array(range, { maxLength: 8 });
const set = ranges.map(normalize);

/** The same set as instants, one by one: the slow definition that the fast arithmetic has to agree with. */
const instants = (of: RangeSet): Set<number> =>
  new Set(of.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i)));

const isNormal = (of: RangeSet): boolean =>
  of.every((r, i) => r.start < r.end && (i === 0 || of[i - 1]!.end < r.start));

describe('normalize', () => {
  it('keeps exactly the instants, and each set has one form', () => {
    fc.assert(
      fc.property(ranges, (raw) => {
        const normal = normalize(raw);
        expect(isNormal(normal)).toBe(true);
        expect(instants(normal)).toEqual(instants(raw));
        expect(normalize(normal)).toEqual(normal);
        expect(normalize(raw.toReversed())).toEqual(normal);
      }),
    );
  });

  it('merges what touches and drops what is empty', () => {
    const raw = [
      { start: 5, end: 9 },
      { start: 4, end: 4 },
      { start: 1, end: 5 },
    ];
    expect(normalize(raw)).toEqual([{ start: 1, end: 9 }]);
  });
});

describe('set arithmetic', () => {
  it('agrees with sets of instants', () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        const [inA, inB] = [instants(a), instants(b)];
        for (const result of [union(a, b), subtract(a, b), intersect(a, b)]) {
          expect(isNormal(result)).toBe(true);
        }
        expect(instants(union(a, b))).toEqual(new Set([...inA, ...inB]));
        expect(instants(subtract(a, b))).toEqual(new Set([...inA].filter((t) => !inB.has(t))));
        expect(instants(intersect(a, b))).toEqual(new Set([...inA].filter((t) => inB.has(t))));
      }),
    );
  });

  it('restores a set from what was taken out and what was left', () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        expect(union(subtract(a, b), intersect(a, b))).toEqual(a);
      }),
    );
  });

  it('measures what arithmetic conserves', () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        expect(measure(union(a, b)) + measure(intersect(a, b))).toBe(measure(a) + measure(b));
        expect(measure(a)).toBe(instants(a).size);
      }),
    );
  });

  it('clips to one range, also an endless one', () => {
    fc.assert(
      fc.property(set, range, (a, to) => {
        expect(clip(a, to)).toEqual(intersect(a, normalize([to])));
      }),
    );
    const endless = { start: 3, end: Number.POSITIVE_INFINITY };
    expect(clip([{ start: 1, end: 9 }], endless)).toEqual([{ start: 3, end: 9 }]);
  });

  it('knows what lies in a set and around it', () => {
    fc.assert(
      fc.property(set, fc.integer({ min: 0, max: LAST + 12 }), (a, at) => {
        expect(contains(a, at)).toBe(instants(a).has(at));
        const around = hull(a);
        expect(around?.start).toBe(a[0]?.start);
        expect(around?.end).toBe(a.at(-1)?.end);
      }),
    );
  });
});

describe('runsOf', () => {
  it('covers one step for each instant on the grid', () => {
    const times = fc
      .uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 20 })
      .map((steps) => steps.sort((a, b) => a - b).map((n) => n * 10));
    fc.assert(
      fc.property(times, (at) => {
        const runs = runsOf(Float64Array.from(at), 10);
        expect(isNormal(runs)).toBe(true);
        expect(measure(runs)).toBe(at.length * 10);
        for (const t of at) expect(contains(runs, t)).toBe(true);
      }),
    );
  });
});
