import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../../../functions/core/time/time.ts';
import { compareCandles } from '../../../../functions/core/verify/deep/compare-candles.ts';
import {
  CANDLE_FIELDS,
  type Candle,
  type CandleField,
  CandleMaker,
  type MadeCandle,
  type Trade,
} from '../../../../functions/core/verify/deep/made-candles.ts';

const START = Date.UTC(2025, 2, 1);
const positive = (max: number) => fc.integer({ min: 1, max: max * 1_000 }).map((n) => n / 1_000);
const trade: fc.Arbitrary<Trade> = fc.record({
  time: fc.integer({ min: 0, max: 10 * MINUTE - 1 }).map((offset) => START + offset),
  price: positive(100_000),
  quantity: positive(50),
  count: fc.integer({ min: 1, max: 20 }),
  buyerIsMaker: fc.boolean(),
});
const trades = fc.array(trade, { maxLength: 80 }).map((list) => list.toSorted((a, b) => a.time - b.time));

function made(list: readonly Trade[]): MadeCandle[] {
  const maker = new CandleMaker();
  const done = list.flatMap((one) => maker.add(one) ?? []);
  return [...done, ...[maker.end()].flatMap((one) => one ?? [])];
}

/** By the definition, all at once. */
function byDefinition(list: readonly Trade[]): MadeCandle[] {
  const groups = Map.groupBy(list, ({ time }) => Math.floor(time / MINUTE) * MINUTE);
  return [...groups].map(([time, of]) => {
    const prices = of.map(({ price }) => price);
    const sum = (value: (one: Trade) => number): number => of.reduce((total, one) => total + value(one), 0);
    const bought = (one: Trade): number => (one.buyerIsMaker ? 0 : one.quantity);
    const candle: Candle = {
      open: prices[0]!,
      high: Math.max(...prices),
      low: Math.min(...prices),
      close: prices.at(-1)!,
      volume: sum(({ quantity }) => quantity),
      quote_volume: sum(({ price, quantity }) => price * quantity),
      trades: sum(({ count }) => count),
      taker_buy_volume: sum(bought),
      taker_buy_quote_volume: sum((one) => one.price * bought(one)),
    };
    return { time, candle };
  });
}

describe('candles made of trades', () => {
  it('are those of the definition, in order, whatever trades there are', () => {
    fc.assert(
      fc.property(trades, (list) => {
        const candles = made(list);
        expect(candles.map(({ time }) => time)).toEqual(byDefinition(list).map(({ time }) => time));
        for (const [i, { candle }] of byDefinition(list).entries()) {
          expect(compareCandles(candles[i]!.candle, candle)).toEqual([]);
        }
      }),
    );
  });

  it('do not mind in which order volumes are summed up, as the venue has them rounded', () => {
    fc.assert(
      fc.property(trades, (list) => {
        // The venue sums exactly and writes eight decimals.
        const rounded = (value: number): number => Number(value.toFixed(8));
        for (const { candle } of made(list)) {
          const venue = Object.fromEntries(
            CANDLE_FIELDS.map((field) => [field, rounded(candle[field])]),
          ) as Record<CandleField, number>;
          expect(compareCandles(candle, venue)).toEqual([]);
        }
      }),
    );
  });

  it('name each field that somebody changed, with both values, and no other', () => {
    const change = fc.record({
      field: fc.constantFrom(...CANDLE_FIELDS),
      by: fc.integer({ min: 1, max: 1_000 }).map((n) => n / 1_000),
    });
    fc.assert(
      fc.property(fc.array(trade, { minLength: 1, maxLength: 20 }), change, (list, { field, by }) => {
        const [{ candle }] = made(list.map((one) => ({ ...one, time: START }))) as [MadeCandle];
        const stored = { ...candle, [field]: candle[field] * (1 + by / 100) + by };
        expect(compareCandles(candle, stored)).toEqual([
          { field, made: candle[field], stored: stored[field] },
        ]);
      }),
    );
  });

  it('are nothing in a quiet minute, whose prices are those of the minute before', () => {
    const quiet: Candle = {
      open: 5,
      high: 5,
      low: 5,
      close: 5,
      volume: 0,
      quote_volume: 0,
      trades: 0,
      taker_buy_volume: 0,
      taker_buy_quote_volume: 0,
    };
    expect(compareCandles(undefined, quiet)).toEqual([]);
    expect(compareCandles(undefined, { ...quiet, volume: 1, trades: 2 })).toEqual([
      { field: 'volume', made: 0, stored: 1 },
      { field: 'trades', made: 0, stored: 2 },
    ]);
  });
});
