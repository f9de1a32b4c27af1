import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectRealCounts } from '../../helpers/coverage.ts';
import { binanceTruth, bybitTruth } from '../../helpers/funding-truth.ts';
import { startTestHost, type TestHost } from '../../helpers/host.ts';

/** Settlements of both venues through API, state machine, fetchers and database. */
const HOUR = 3_600_000;

let at: TestHost;
beforeAll(async () => {
  at = await startTestHost();
});
afterAll(() => at?.[Symbol.asyncDispose]());
afterEach(() => at.venues.faults.clear());

const YEAR = { source: 'funding', from: '2025-01-01', to: '2026-01-01' };
const run = async (order: object) => at.wait((await at.order(order)).id);

interface ReportRow {
  source: string;
  symbol: string;
  rows: number;
  gaps: unknown[];
  empty: { from: string; to: string; reason: string }[];
}
const report = async (symbol: string, source: string) =>
  (await at.ask<ReportRow[]>(`/backfill/report?symbol=${symbol}`)).body.find((row) => row.source === source)!;

interface Stored {
  time: number;
  raw: number;
  rate: number;
  hours: number | null;
  mark: number | null;
}
const stored = async (venue: string, symbol: string, from: string, to: string) =>
  (await at.sql`
    select (extract(epoch from time) * 1000)::float8 as time, (extract(epoch from raw_time) * 1000)::float8 as raw, rate,
      interval_hours as hours, mark_price as mark
    from market_data.funding_rates
    where venue = ${venue} and symbol = ${symbol} and time >= ${from}::timestamptz and time < ${to}::timestamptz
    order by time`) as unknown as Stored[];

describe('a year of funding', () => {
  it('loads from both venues for both symbols', async () => {
    const job = await run(YEAR);
    expect(job).toMatchObject({ status: 'succeeded', rows_fetched: 4 * 3 * 365, failures: [] });
    for (const source of ['funding_binance', 'funding_bybit']) {
      for (const symbol of ['BTCUSDT', 'ETHUSDT']) {
        expect(await report(symbol, source)).toMatchObject({ rows: 3 * 365, gaps: [], empty: [] });
      }
    }
  });

  it('stores the values that the venues serve', async () => {
    const binance = await binanceTruth(at.venues.env, 'BTCUSDT', YEAR.from, YEAR.to);
    const rows = await stored('binance', 'BTCUSDT', YEAR.from, YEAR.to);
    expect(rows.map(({ raw, rate }) => [raw, rate])).toEqual(
      binance.map((row) => [row.fundingTime, Number(row.fundingRate)]),
    );
    expect(rows.map(({ time }) => time)).toEqual(
      binance.map((row) => Math.floor(row.fundingTime / HOUR) * HOUR),
    );
    expect(rows.some(({ time, raw }) => time !== raw)).toBe(true);
    const bybit = await stored('bybit', 'BTCUSDT', YEAR.from, YEAR.to);
    expect(bybit.map(({ time, rate }) => [time, rate])).toEqual(
      await bybitTruth(at.venues.env, 'BTCUSDT', YEAR.from, YEAR.to),
    );
    expect(bybit.every(({ time, raw, mark }) => time === raw && mark === null)).toBe(true);
  });

  it('fetches nothing twice', async () => {
    const before = at.venues.requests.all().length;
    expect(await run(YEAR)).toMatchObject({ status: 'succeeded', rows_fetched: 0 });
    expect(at.venues.requests.all().length).toBe(before);
  });

  it('is in the coverage with its rows, not with its hours', async () => {
    for (const venue of ['binance', 'bybit']) {
      const truth = at.sql<{ symbol: string; n: number }[]>`
        select symbol, count(*)::int as n from market_data.funding_rates where venue = ${venue} group by 1`;
      await expectRealCounts(at, `funding_${venue}`, await truth);
    }
  });

  it('restores deleted rows', async () => {
    const digest = () => at.sql`
      select md5(string_agg(t::text, '' order by venue, symbol, time)) as md5, count(*)::int as n from market_data.funding_rates t`;
    const before = await digest();
    const gone = await at.sql`
      delete from market_data.funding_rates where symbol = 'BTCUSDT'
        and (time = '2025-03-04 08:00' or (time >= '2025-07-10' and time < '2025-07-12'))`;
    expect(gone.count).toBe(2 * (1 + 6));
    expect(await run(YEAR)).toMatchObject({ status: 'succeeded', failures: [] });
    expect(await digest()).toEqual(before);
  });
});

describe('intervals', () => {
  const NOVEMBER = { source: 'funding', symbols: ['SOLUSDT'], from: '2022-11-01', to: '2022-12-01' };
  const hoursOf = async (venue: string, symbol: string, from: string, to: string) => {
    const rows = await stored(venue, symbol, from, to);
    const changes = rows.filter((row, i) => i === 0 || row.hours !== rows[i - 1]!.hours);
    return changes.map(({ time, hours }) => [new Date(time).toISOString().slice(0, 13), hours]);
  };

  it('are 8, 4, 2 and 8 hours in one month, from the archive', async () => {
    expect(await run(NOVEMBER)).toMatchObject({ status: 'succeeded', failures: [] });
    expect(await hoursOf('binance', 'SOLUSDT', NOVEMBER.from, NOVEMBER.to)).toEqual([
      ['2022-11-01T00', 8],
      ['2022-11-09T20', 4],
      ['2022-11-10T10', 2],
      ['2022-11-18T08', 8],
    ]);
    expect((await report('SOLUSDT', 'funding_binance')).gaps).toEqual([]);
  });
});

it('requests only the part of the tail again that may still change', async () => {
  const order = {
    source: 'funding',
    symbols: ['LINKUSDT'],
    from: new Date(Date.now() - 40 * HOUR).toISOString(),
  };
  const first = await run({ ...order, source: 'funding_binance' });
  expect(first).toMatchObject({ status: 'succeeded', failures: [] });
  const rows = await stored('binance', 'LINKUSDT', order.from, new Date().toISOString());
  expect(rows.length).toBeGreaterThanOrEqual(4);
  expect(rows.every(({ hours, mark }) => hours === 8 && mark !== null)).toBe(true);
  const before = at.venues.requests.count('/fapi/v1/fundingRate');
  expect(await run({ ...order, source: 'funding_binance' })).toMatchObject({ status: 'succeeded' });
  expect(at.venues.requests.count('/fapi/v1/fundingRate') - before).toBeLessThanOrEqual(1);
  expect(await stored('binance', 'LINKUSDT', order.from, new Date().toISOString())).toEqual(rows);
});
