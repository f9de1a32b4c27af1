import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOUR } from '../../../../functions/core/time/time.ts';
import type { HourOfPrices } from '../../../../functions/core/verify/cross/comparison.ts';
import { judgeCandles, judgePrices } from '../../../../functions/core/verify/cross/judge-hours.ts';

const START = Date.UTC(2025, 2, 1);
const names = {
  comparison: { kind: 'price-apart' as const, what: 'they are the same', samples: 10 },
  left: 'klines_perp XUSDT 1m',
  right: 'klines_spot XUSDT 1m',
  scale: 1,
};
/** The hours of two courses of prices, one a minute. */
function hoursOf(left: readonly number[], right: readonly number[], start = START): HourOfPrices[] {
  const extent = (of: readonly number[]) => ({ low: Math.min(...of), high: Math.max(...of) });
  return Array.from({ length: left.length / 60 }, (_, hour) => {
    const [a, b] = [left, right].map((course) => course.slice(hour * 60, hour * 60 + 60)) as [
      number[],
      number[],
    ];
    return {
      start: start + hour * HOUR,
      samples: 60,
      ratio: extent(a.map((price, i) => price / b[i]!)),
      left: extent(a),
      right: extent(b),
    };
  });
}

const course = fc
  .tuple(
    fc.integer({ min: 1, max: 1e6 }),
    fc.array(fc.integer({ min: -40, max: 40 }), { minLength: 180, maxLength: 180 }),
  )
  .map(([first, steps]) => {
    let price = first / 100;
    // No hour stands still, and none moves by a percent within it.
    return steps.map((step, i) => (price *= 1 + (step + (i % 2 === 0 ? 1 : -1)) / 1e6));
  });

describe('prices of one thing', () => {
  it('are no finding while they stay within two percent, whatever their unit', () => {
    const near = fc.array(fc.integer({ min: -190, max: 190 }), { minLength: 180, maxLength: 180 });
    fc.assert(
      fc.property(course, near, fc.constantFrom(1, 1_000, 1e6), (prices, strays, scale) => {
        const left = prices.map((price, i) => price * scale * (1 + strays[i]! / 1e4));
        expect(judgePrices(hoursOf(left, prices), { ...names, scale })).toEqual([]);
      }),
    );
  });

  it('are one finding for all hours in which all of them are apart, and for no other', () => {
    const hours = fc.array(fc.boolean(), { minLength: 3, maxLength: 3 });
    const by = fc.integer({ min: 25, max: 900 }).map((n) => 1 + n / 1e3);
    fc.assert(
      fc.property(course, hours, by, fc.boolean(), (prices, apart, factor, above) => {
        const left = prices.map((price, i) =>
          apart[Math.floor(i / 60)] ? (above ? price * factor : price / factor) : price,
        );
        const found = judgePrices(hoursOf(left, prices), names);
        const covered = found.flatMap(({ time, until }) =>
          Array.from({ length: (until! - time!) / HOUR }, (_, i) => (time! - START) / HOUR + i),
        );
        expect(covered).toEqual(apart.flatMap((is, hour) => (is ? [hour] : [])));
        expect(new Set(found.map(({ kind }) => kind)).size).toBeLessThanOrEqual(1);
        for (const { kind, detail } of found) {
          expect(kind).toBe('price-apart');
          expect(detail.message).toContain(names.left);
          expect(detail.message).toContain(names.right);
        }
        // Hours in a row are one.
        const runs = apart.filter((is, hour) => is && !apart[hour - 1]).length;
        expect(found.length).toBe(runs);
      }),
    );
  });

  it('that are apart for less than the hour are a spike, not a finding', () => {
    fc.assert(
      fc.property(course, fc.integer({ min: 0, max: 59 }), (prices, near) => {
        const left = prices.map((price, i) => (i % 60 === near ? price : price * 1.5));
        expect(judgePrices(hoursOf(left, prices), names)).toEqual([]);
      }),
    );
  });

  it.each([
    [1_000, '1000 times'],
    [1e6, '1000000 times'],
    [1e-3, 'one 1000th of'],
    [1e-6, 'one 1000000th of'],
  ])('in another unit (%d) are named so', (by, words) => {
    fc.assert(
      fc.property(course, (prices) => {
        const [found, ...others] = judgePrices(
          hoursOf(
            prices.map((price) => price * by),
            prices,
          ),
          names,
        );
        expect(others).toEqual([]);
        expect(found).toMatchObject({ kind: 'scale-mismatch', time: START, until: START + 3 * HOUR });
        expect(found!.detail.message).toContain(words);
      }),
      { numRuns: 20 },
    );
  });

  it('of which one stands still while the other moves are stale, on either side', () => {
    const moving = Array.from({ length: 60 }, (_, i) => 100 * (1 + i / 4_000));
    const still = moving.map(() => 100);
    for (const [left, right, who] of [
      [still, moving, names.left],
      [moving, still, names.right],
    ] as const) {
      const found = judgePrices(hoursOf(left, right), names);
      expect(found.map(({ kind }) => kind)).toEqual(['stale-price']);
      expect(found[0]!.detail.message).toMatch(new RegExp(`^${who} did not move`));
    }
    expect(judgePrices(hoursOf(still, still), names)).toEqual([]);
  });

  it('of too few instants say nothing', () => {
    const [hour] = hoursOf(Array(60).fill(2), Array(60).fill(1)) as [HourOfPrices];
    expect(judgePrices([{ ...hour, samples: 9 }], names)).toEqual([]);
    expect(judgePrices([{ ...hour, samples: 10 }], names).length).toBe(1);
  });
});

describe('candles of an hour', () => {
  const made = { open: 1, high: 4, low: 0.5, close: 2, volume: 60.1, trades: 600 };

  it('may stray from their minutes by rounding alone', () => {
    expect(judgeCandles([{ start: START, made, stored: { ...made, volume: 60.1 + 1e-9 } }], 'x')).toEqual([]);
  });

  it('that differ are named with both values', () => {
    const field = fc.constantFrom(...(Object.keys(made) as (keyof typeof made)[]));
    fc.assert(
      fc.property(field, fc.integer({ min: 1, max: 1_000 }), (name, by) => {
        const stored = { ...made, [name]: made[name] + by };
        const [found, ...others] = judgeCandles([{ start: START, made, stored }], 'klines_spot');
        expect(others).toEqual([]);
        expect(found).toMatchObject({
          kind: 'candles-disagree',
          time: START,
          until: START + HOUR,
          detail: { [`${name} of 1m`]: made[name], [`${name} of 1h`]: stored[name] },
        });
        expect(found!.detail.message).toContain(`${name} ${made[name]} instead of ${stored[name]}`);
      }),
    );
  });
});
