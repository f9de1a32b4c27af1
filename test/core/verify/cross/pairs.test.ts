import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Series } from '../../../../functions/core/series/series.ts';
import { DAY, HOUR } from '../../../../functions/core/time/time.ts';
import { daysToCheck } from '../../../../functions/core/verify/cross/cross-check.ts';
import { finesAndCoarses, pairsOf } from '../../../../functions/core/verify/cross/pairs.ts';
import { comparisons, scaleOf } from '../../../../functions/sources/comparisons.ts';
import { sources } from '../../../../functions/sources/index.ts';

const START = Date.UTC(2025, 2, 1);
const series = (source: string, symbol: string, timeframe: string): Series =>
  ({ source, symbol, timeframe }) as Series;

it.each([
  ['BTCUSDT', 'BTCUSDT', 1],
  ['1000SHIBUSDT', 'SHIBUSDT', 1_000],
  ['1000000MOGUSDT', 'MOGUSDT', 1e6],
  ['1MBABYDOGEUSDT', '1000000BABYDOGEUSDT', 1],
  ['1MBABYDOGEUSDT', 'BABYDOGEUSDT', 1e6],
  ['SHIBUSDT', '1000SHIBUSDT', 1e-3],
  ['1INCHUSDT', 'INCHUSDT', undefined],
  ['BTCUSDT', 'BTCUSDC', undefined],
])('%s is about so many of %s: %s', (left, right, scale) => {
  expect(scaleOf(left, right)).toBe(scale);
});

it('names columns that the sources have', () => {
  for (const { left, right } of comparisons) {
    for (const { source, price } of [left, right]) {
      const columns = sources[source]!.table.columns.map(({ name }) => name);
      for (const name of typeof price === 'string' ? [price] : [price.of, price.per]) {
        expect(columns).toContain(name);
      }
    }
  }
});

it('pairs the finest series of each symbol, by the same name before another unit', () => {
  const all = [
    series('klines_spot', 'BTCUSDT', '1s'),
    series('klines_spot', 'BTCUSDT', '1m'),
    series('klines_spot', 'BTCUSDT', '1h'),
    series('klines_perp', 'BTCUSDT', '1m'),
    series('klines_perp', '1000SHIBUSDT', '1m'),
    series('klines_spot', 'SHIBUSDT', '1m'),
    series('klines_perp', '1000CATUSDT', '1m'),
    series('klines_spot', 'CATUSDT', '1m'),
    series('klines_spot', '1000CATUSDT', '1m'),
    series('klines_perp', 'ETHUSDT', '1h'),
    series('klines_spot', 'ETHUSDT', '1h'),
    series('price_klines', 'BTCUSDT', '5m'),
    series('open_interest_binance', 'BTCUSDT', '5m'),
  ];
  const found = pairsOf(all, comparisons).map(({ comparison, left, right, scale }) => [
    comparison.id,
    left.series.symbol,
    `${right.series.symbol} ${right.series.timeframe}`,
    scale,
    left.afterMs / 60_000,
    right.afterMs / 60_000,
  ]);
  expect(found).toEqual([
    ['perpetual-spot', 'BTCUSDT', 'BTCUSDT 1m', 1, 1, 1],
    ['perpetual-spot', '1000SHIBUSDT', 'SHIBUSDT 1m', 1_000, 1, 1],
    ['perpetual-spot', '1000CATUSDT', '1000CATUSDT 1m', 1, 1, 1],
    ['binance-bybit', 'BTCUSDT', 'BTCUSDT 5m', 1, 1, 5],
    ['open-interest-value', 'BTCUSDT', 'BTCUSDT 1m', 1, 0, 1],
  ]);
  expect(finesAndCoarses(all, () => true)).toEqual([{ fine: all[1], coarse: all[2] }]);
});

it('has each day in turn, the newest ones always, and never more than a few', () => {
  const ranges = fc.record({
    hour: fc.integer({ min: 0, max: 23 }),
    hours: fc.integer({ min: 1, max: 24 * 40 }),
    turn: fc.integer({ min: 0, max: 1e6 }),
  });
  fc.assert(
    fc.property(ranges, ({ hour, hours, turn }) => {
      const requested = [{ start: START + hour * HOUR, end: START + (hour + hours) * HOUR }];
      const count = Math.ceil((hour + hours) / 24);
      const turns = Array.from({ length: count }, (_, i) => daysToCheck(requested, [], turn + i));
      for (const days of turns) {
        expect(days.length).toBeLessThanOrEqual(3);
        expect(days.at(-1)!.end).toBe(requested[0]!.end);
        for (const { start, end } of days) expect(end - start).toBeLessThanOrEqual(DAY);
      }
      const seen = new Set(turns.flat().map(({ start }) => Math.floor(start / DAY)));
      expect(seen.size).toBe(count);
    }),
  );
  expect(daysToCheck([], [START], 5)).toEqual([]);
});
