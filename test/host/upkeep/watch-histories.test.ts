import type { Context } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { HistoryResult } from '../../../functions/core/schedules/watch-histories.ts';
import { DAY, floorTo, HOUR, iso, MINUTE } from '../../../functions/core/time/time.ts';
import { createHandler } from '../../../functions/schedules/watch-histories.ts';
import { startTestHost, type TestHost } from '../../helpers/host.ts';

let at: TestHost;
let ahead = 0;
const clock = () => Date.now() + ahead;
const now = Date.now();
const LAST_WEEK = floorTo(now, DAY) - 7 * DAY;
beforeAll(async () => {
  at = await startTestHost({ clock }, clock);
  const to = iso(floorTo(now, DAY) - 3 * DAY);
  const orders = [
    { source: 'stablecoin_supply', symbols: ['ALL', 'USDT'], from: '2021-01-01', to },
    { source: 'btc_market_cap', symbols: ['BTC'], from: '2019-01-01', to },
    { source: 'open_interest_binance', symbols: ['BTCUSDT'], from: iso(floorTo(now, DAY) - 20 * DAY) },
    { source: 'funding_binance', symbols: ['BTCUSDT'], from: iso(floorTo(now, DAY) - 40 * DAY) },
    { source: 'klines_spot', symbols: ['BTCUSDT'], timeframe: '1h', from: '2025-01-01', to: '2025-02-01' },
  ];
  // Without the archive the open interest comes from REST, as its newest days always do.
  at.venues.faults.add({ kind: 'not-found', match: '/metrics/' });
  for (const order of orders) await at.wait((await at.order(order)).id);
  at.venues.faults.clear();
});
afterAll(() => at?.[Symbol.asyncDispose]());
afterEach(() => at.venues.control.restatements.clear());

/** The run of the next day. */
const watch = async (): Promise<HistoryResult> => {
  await at.sql`set role gordon_writer`;
  await at.sql`update market_data.series set histories_watched_at = histories_watched_at - interval '1 day'`;
  // The minutes of the venues' budgets are over by then.
  ahead += MINUTE;
  const run = createHandler(async () => at.host.services);
  return (await run({}, {} as Context)) as HistoryResult;
};
const changesOf = (source: string) => at.sql`
  select symbol, time, was, became, object, sha256_was, sha256_became from market_data.row_changes
  where source = ${source} order by id`;
const restate = (venue: string, series: string, start: number, days: number, factor?: number) =>
  at.venues.control.restatements.add({
    venue,
    series,
    start,
    end: start + days * DAY,
    ...(factor !== undefined && { factor }),
  });

describe('histories that are as they were', () => {
  it('cost what was counted, and nothing is changed', async () => {
    const since = at.venues.requests.all().length;
    const result = await watch();
    expect(result).toMatchObject({ series: 5, restated: 0, rows: 0 });
    expect(result.compared).toBeGreaterThan(2 * 365 * 5);
    const lines = at.venues.requests.all().slice(since);
    expect(lines).toHaveLength(result.requests);
    // A chart each; the newest months and the months whose turn it is; a page of hours.
    expect(lines.filter(({ venue }) => venue === 'defillama')).toHaveLength(2);
    expect(lines.filter(({ venue }) => venue === 'coinmetrics').length).toBeLessThan(15);
    expect(await at.sql`select 1 from market_data.row_changes`).toHaveLength(0);
  });
});

describe('a day that is restated by', () => {
  it.each([
    ['defillama', 'ALL', 'stablecoin_supply', 'circulating_usd', Date.UTC(2022, 4, 12), 'stablecoincharts'],
    ['coinmetrics', 'btc', 'btc_market_cap', 'market_cap_usd', LAST_WEEK, 'asset-metrics'],
  ])(
    '%s replaces that row alone and keeps what it was',
    async (venue, series, source, column, day, route) => {
      restate(venue, series, day, 1, 1.25);
      expect(await watch()).toMatchObject({ restated: 1, rows: 1 });
      const [change, ...others] = await changesOf(source);
      expect(others).toEqual([]);
      expect(change!.time.getTime()).toBe(day);
      expect(change!.became[column] / change!.was[column]).toBeCloseTo(1.25, 9);
      expect(change).toMatchObject({ sha256_was: null, sha256_became: null });
      expect(change!.object).toContain(route);
      const stored = await at.sql`
      select ${at.sql(column)} as value from ${at.sql(`market_data.${source === 'btc_market_cap' ? 'market_caps' : source}`)}
      where time = ${iso(day)} and symbol = ${change!.symbol}`;
      expect(stored[0]!.value).toBe(change!.became[column]);
      const findings = await at.sql`
      select kind, detail from market_data.findings where job_id = 'watch-histories' and source = ${source}`;
      expect(findings).toEqual([
        { kind: 'history-restated', detail: expect.objectContaining({ rows: 1, from: iso(day) }) },
      ]);
      // The warehouse is what the venue says now.
      expect(await watch()).toMatchObject({ restated: 0, rows: 0 });
      at.venues.control.restatements.clear();
      expect(await watch()).toMatchObject({ restated: 1, rows: 1 });
    },
  );

  it('openInterestHist is found where REST still knows it', async () => {
    restate('binance-usdm', 'BTCUSDT', LAST_WEEK, 1, 1.1);
    const { rows } = await watch();
    expect(rows).toBe(24);
    const changes = await changesOf('open_interest_binance');
    expect(changes).toHaveLength(24);
    expect(changes[0]!.time.getTime()).toBeGreaterThanOrEqual(LAST_WEEK - HOUR);
    for (const { was, became } of changes)
      expect(became.open_interest / was.open_interest).toBeCloseTo(1.1, 4);
  });
});

it('a day that the venue withdrew stays, and is entered once', async () => {
  const day = Date.UTC(2023, 2, 11);
  restate('defillama', 'USDT', day, 1);
  const before = await at.sql`select count(*)::int as n from market_data.stablecoin_supply`;
  // The open interest of the last test is taken back in the same turn.
  await watch();
  expect(await watch()).toMatchObject({ restated: 0, rows: 0 });
  const withdrawn = (await changesOf('stablecoin_supply')).filter(({ became }) => became === null);
  expect(withdrawn.map(({ symbol, time }) => [symbol, time.getTime()])).toEqual([['USDT', day]]);
  expect(await at.sql`select count(*)::int as n from market_data.stablecoin_supply`).toEqual(before);
});

it('a history without any row is a fault of the venue: nothing is entered, the others are compared', async () => {
  at.venues.control.restatements.clear();
  await watch();
  const before = await at.sql`select count(*)::int as n from market_data.row_changes`;
  restate('defillama', 'USDT', Date.UTC(2015, 0, 1), 36_500);
  restate('coinmetrics', 'btc', LAST_WEEK, 1, 1.5);
  await expect(watch()).rejects.toMatchObject({ code: 'empty-history' });
  expect((await changesOf('btc_market_cap')).at(-1)!.time.getTime()).toBe(LAST_WEEK);
  expect(await at.sql`select count(*)::int as n from market_data.row_changes`).toEqual([
    { n: before[0]!.n + 1 },
  ]);
});

it('an old month comes when its turn does, and within thirty turns', async () => {
  await watch();
  restate('coinmetrics', 'btc', Date.UTC(2020, 5, 10), 1, 2);
  let turns = 0;
  for (; turns < 30; turns++) if ((await watch()).rows > 0) break;
  expect(turns).toBeLessThan(30);
  const changes = await changesOf('btc_market_cap');
  expect(changes.at(-1)!.time.getTime()).toBe(Date.UTC(2020, 5, 10));
});
