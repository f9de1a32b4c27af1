import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toBatch } from '../../functions/core/series/batch.ts';
import type { Series } from '../../functions/core/series/series.ts';
import { timeColumn } from '../../functions/core/series/table.ts';
import { HOUR } from '../../functions/core/time/time.ts';
import type { CrossResult } from '../../functions/core/verify/cross/cross-check.ts';
import { type MemoryHost, startMemoryHost } from '../helpers/memory-host.ts';
import { standingTime } from '../helpers/standing-time.ts';

const NOW = Date.UTC(2025, 2, 3, 12, 20);
const RANGE = { from: '2025-03-01', to: '2025-03-03' };
const SPOT: Series = { source: 'klines_spot', symbol: 'BTCUSDT', timeframe: '1m' };
const PERP: Series = { ...SPOT, source: 'klines_perp' };
const BYBIT: Series = { ...SPOT, source: 'price_klines', timeframe: '5m' };
const HOURS: Series = { ...SPOT, timeframe: '1h' };
const INTEREST: Series = { ...SPOT, source: 'open_interest_binance', timeframe: '1h' };
const SHIB: Series = { ...PERP, symbol: '1000SHIBUSDT' };

let at: MemoryHost;
beforeAll(async () => {
  at = await startMemoryHost({ time: standingTime(NOW) });
  const orders = [
    { source: 'klines', symbols: ['BTCUSDT'] },
    { source: 'klines_spot', symbols: ['BTCUSDT'], timeframe: '1h' },
    { source: 'klines_spot', symbols: ['SHIBUSDT'] },
    { source: 'klines_perp', symbols: ['1000SHIBUSDT'] },
    { source: 'candles', symbols: ['BTCUSDT'] },
    { source: 'open_interest_binance', symbols: ['BTCUSDT'] },
  ];
  for (const order of orders)
    expect(await at.run({ ...order, ...RANGE })).toMatchObject({ status: 'succeeded' });
});
afterAll(() => at?.[Symbol.asyncDispose]());

const audit = async (): Promise<CrossResult> => {
  // One audit an instant.
  at.time.skip(1_000);
  return (await at.invoke<{ cross: CrossResult }>('audit-gaps')).cross;
};
const found = (series: Series) => at.findings(series).filter(({ jobId }) => jobId === 'cross-check');

/** Changes a column of the rows from one hour to another. */
function change(
  series: Series,
  hours: readonly [number, number],
  column: string,
  by: (value: number) => number,
) {
  const table = at.warehouse.rows.table(series);
  const place = table.columns.findIndex(({ name }) => name === column);
  expect(table.columns.some(({ name }) => name === timeColumn(table))).toBe(true);
  const [start, end] = hours.map((hour) => Date.UTC(2025, 2, 2) + hour * HOUR) as [number, number];
  const rows = at.warehouse.rows.within(series, { start, end });
  const cells = rows.map((row) => row.cells.with(place, by(Number(row.cells[place]))));
  at.warehouse.rows.merge(series, toBatch(table, cells as (string | number)[][]));
}

it('finds nothing in what the venues serve: two pairs of perpetual and spot, Bybit, open interest and candles of an hour', async () => {
  expect(await audit()).toEqual({ pairs: 5, found: 0, left: 0 });
});

describe('a value that somebody changed', () => {
  it.each([
    [
      'a price of Bybit by 3 %',
      BYBIT,
      'close',
      1.03,
      PERP,
      'price-apart',
      /klines_perp BTCUSDT 1m and price_klines BTCUSDT 5m are more than 2 % apart/,
    ],
    [
      'a unit of a thousand coins that was lost',
      SHIB,
      'close',
      1e-3,
      SHIB,
      'scale-mismatch',
      /klines_perp 1000SHIBUSDT 1m is one 1000th of klines_spot SHIBUSDT 1m/,
    ],
    [
      'a value of open interest in cents',
      INTEREST,
      'value_usd',
      100,
      INTEREST,
      'value-apart',
      /the value of the open interest is that of its contracts/,
    ],
    [
      'the high of candles of an hour',
      HOURS,
      'high',
      1.1,
      HOURS,
      'candles-disagree',
      /sixty candles of 1m of klines_spot make one of 1h with high/,
    ],
  ] as const)(
    '%s is a finding that explains itself, and goes when it is mended',
    async (_what, series, column, factor, of, kind, words) => {
      change(series, [8, 10], column, (value) => value * factor);
      const { found: count } = await audit();
      const findings = found(of);
      expect(count).toBe(findings.length);
      expect(new Set(findings.map((one) => one.kind))).toEqual(new Set([kind]));
      expect(findings[0]!.detail.message).toMatch(words);
      const spans = findings.map(({ time, until }) => [time, until]);
      expect(Math.min(...spans.map(([from]) => from!))).toBe(Date.UTC(2025, 2, 2, 8));
      expect(Math.max(...spans.map(([, to]) => to!))).toBe(Date.UTC(2025, 2, 2, 10));
      expect((await audit()).found).toBe(count);
      expect(found(of).map(({ foundAt }) => foundAt)).toEqual(findings.map(({ foundAt }) => foundAt));
      change(series, [8, 10], column, (value) => value / factor);
      expect(await audit()).toMatchObject({ found: 0 });
      expect(found(of)).toEqual([]);
    },
  );
});
