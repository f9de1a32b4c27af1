import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../functions/core/time/time.ts';
import { Outages } from '../../simulator/frame/faults/outages.ts';
import { CONTRACTS, type Contract, contractOf } from '../../simulator/market/contracts.ts';
import { INTERVALS, type Interval } from '../../simulator/market/intervals.ts';
import { SimMarket } from '../../simulator/market/market.ts';
import { BQ, BV, C, H, L, N, O, Q, T, V } from '../../simulator/market/rows.ts';
import type { Trade } from '../../simulator/market/trading/trades.ts';
import { at } from './helpers.ts';

const fresh = (outages = new Outages()): SimMarket => new SimMarket(7, outages);
const minuteOf = ({ time }: Trade): number => Math.floor(time / MINUTE) * MINUTE;
const tradesIn = (market: SimMarket, contract: Contract, start: number, end: number): Trade[] =>
  [...market.trades(contract, start, end)].flat();

/** Binance's contracts as they trade in a month that nearly all of them have. */
const contracts = CONTRACTS.filter(({ market }) => market === 'spot' || market === 'um');

describe('simulated trades', () => {
  it.each(contracts.map((one) => [`${one.market} ${one.symbol}`, one] as const))(
    'make the candles of %s',
    (_name, contract) => {
      const market = fresh();
      const start = Math.max(contract.listedAt, (contract.delistedAt ?? at('2026-03-04T00:00')) - 2 * HOUR);
      const end = start + 90 * MINUTE;
      const rows = market.candles(contract, {
        interval: INTERVALS.get('1m') as Interval,
        start,
        end,
        asOf: Number.POSITIVE_INFINITY,
      });
      const byMinute = Map.groupBy(tradesIn(market, contract, start, end), minuteOf);
      const scale = 10 ** (contract.digits.quote - contract.digits.price - contract.digits.lot);
      const quote = (trades: readonly Trade[]): number =>
        trades.reduce((sum, { price, lots }) => sum + price * lots, 0);
      const units = (ticks: number): number => (scale < 1 ? ticks / Math.round(1 / scale) : ticks * scale);
      expect(rows.count).toBeGreaterThan(80);
      for (let row = 0; row < rows.count; row++) {
        const trades = byMinute.get(rows.get(row, T)) ?? [];
        if (rows.get(row, N) === 0) {
          expect(trades).toEqual([]);
          continue;
        }
        const bought = trades.filter(({ buyerIsMaker }) => !buyerIsMaker);
        const prices = trades.map(({ price }) => price);
        const lots = (of: readonly Trade[]): number => of.reduce((sum, one) => sum + one.lots, 0);
        expect({
          open: prices[0],
          high: Math.max(...prices),
          low: Math.min(...prices),
          close: prices.at(-1),
          volume: lots(trades),
          quote: units(quote(trades)),
          count: trades.reduce((sum, { first, last }) => sum + last - first + 1, 0),
          bought: lots(bought),
          boughtQuote: units(quote(bought)),
        }).toEqual({
          open: rows.get(row, O),
          high: rows.get(row, H),
          low: rows.get(row, L),
          close: rows.get(row, C),
          volume: rows.get(row, V),
          quote: rows.get(row, Q),
          count: rows.get(row, N),
          bought: rows.get(row, BV),
          boughtQuote: rows.get(row, BQ),
        });
        expect(trades.every((one) => one.lots > 0)).toBe(true);
      }
    },
  );

  it('have consecutive ids, through quiet minutes and halts, and an id leads back to its minute', () => {
    const spot = contractOf('spot', 'BTCUSDT') as Contract;
    const quiet = contractOf('spot', 'QUIETUSDT') as Contract;
    const ranges = fc.record({
      contract: fc.constantFrom(spot, quiet),
      // The halt of 2023-03-24 is within reach.
      start: fc.integer({ min: 0, max: 2 * 1440 }).map((minute) => at('2023-03-23T14:00') + minute * MINUTE),
      minutes: fc.integer({ min: 1, max: 120 }),
    });
    const market = fresh();
    fc.assert(
      fc.property(ranges, ({ contract, start, minutes }) => {
        const trades = tradesIn(market, contract, start, start + minutes * MINUTE);
        const follows = (one: Trade, before: Trade): boolean =>
          one.id === before.id + 1 && one.time >= before.time;
        expect(trades.filter((one, i) => i > 0 && !follows(one, trades[i - 1]!))).toEqual([]);
        const [first] = trades;
        if (first) expect(market.minuteOfTrade(contract, first.id, start + DAY)).toBe(minuteOf(first));
      }),
      { numRuns: 30 },
    );
  });

  it('stand twice in one millisecond, and at both ends of a minute', () => {
    const btc = contractOf('um', 'BTCUSDT') as Contract;
    const start = at('2025-03-01T00:00');
    const times = tradesIn(fresh(), btc, start, start + MINUTE).map(({ time }) => time - start);
    expect(times[0]).toBe(0);
    expect(times.at(-1)).toBe(MINUTE - 1);
    expect(new Set(times).size).toBe(times.length - 1);
  });
});
