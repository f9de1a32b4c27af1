import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DAY, floorTo, HOUR, isoDay, MINUTE } from '../../../functions/core/time/time.ts';
import { startHostOnPassingTime, type TestHost } from '../../helpers/host.ts';
import { passingTime } from '../../helpers/passing-time.ts';

/** Ten minutes into the hour, so that none ends during the tests. */
const time = passingTime(floorTo(Date.now(), HOUR) + 10 * MINUTE);
let at: TestHost;
beforeAll(async () => {
  at = await startHostOnPassingTime(time);
});
afterAll(() => at?.[Symbol.asyncDispose]());
afterEach(() => at.venues.faults.clear());

const run = async (order: object) => at.wait((await at.order(order)).id);
const findings = (source: string) =>
  at.sql`select time, detail from market_data.findings where source = ${source} and kind = 'unreadable-cell'`;

interface Reported {
  gaps: { from: string; to: string; cause: string }[];
  empty: { from: string; to: string; reason: string }[];
}
const report = async (source: string) =>
  (await at.ask<Reported[]>(`/backfill/report?source=${source}`)).body[0]!;

describe('one bad cell', () => {
  it('in the chart of stablecoins leaves the other days, and of its own day what is known', async () => {
    at.venues.faults.add({
      kind: 'replace',
      venue: 'defillama',
      find: '"peggedEUR":[^,}]*',
      by: '"peggedEUR":null',
    });
    at.venues.faults.add({
      kind: 'replace',
      venue: 'defillama',
      find: '(totalCirculatingUSD":\\{[^}]*?"peggedEUR":)[^,}]*',
      by: '$1null',
    });
    const job = await run({
      source: 'stablecoin_supply',
      symbols: ['ALL'],
      from: '2017-11-01',
      to: '2025-01-01',
    });
    expect(job).toMatchObject({ status: 'succeeded', failures: [] });
    const [day, ...others] = await findings('stablecoin_supply');
    expect([day!.detail, others]).toEqual([{ field: 'peggedEUR', value: 'null', rows: 1 }, []]);
    const rows = await at.sql`
      select time, circulating_usd, circulating_pegged_usd from market_data.stablecoin_supply where circulating_usd is null`;
    expect(rows).toEqual([
      { time: day!.time, circulating_usd: null, circulating_pegged_usd: expect.any(Number) },
    ]);
    expect(job.rows_fetched).toBeGreaterThan(2_000);
  });

  it('in the index leaves the other days', async () => {
    at.venues.faults.add({
      kind: 'replace',
      venue: 'alternative-me',
      find: '"value":\\s*"[^"]*"(,\\s*"value_classification":\\s*"[^"]*",\\s*"timestamp":\\s*"1714521600")',
      by: '"value":""$1',
    });
    const job = await run({ source: 'fear_greed', from: '2024-04-01', to: '2024-06-01' });
    expect(job).toMatchObject({ status: 'succeeded', rows_fetched: 60 });
    expect(await findings('fear_greed')).toMatchObject([
      { time: new Date('2024-05-01'), detail: { field: 'value' } },
    ]);
    expect((await report('fear_greed')).empty).toEqual([
      { from: '2024-05-01T00:00:00Z', to: '2024-05-02T00:00:00Z', reason: 'not-published' },
    ]);
  });

  it('in the open interest of Bybit leaves the other hours', async () => {
    at.venues.faults.add({
      kind: 'replace',
      venue: 'bybit',
      match: 'open-interest',
      find: '"openInterest":"[^"]*"',
      by: '"openInterest":""',
    });
    const job = await run({
      source: 'open_interest_bybit',
      symbols: ['BTCUSDT'],
      from: '2025-02-01',
      to: '2025-02-04',
    });
    expect(job).toMatchObject({ status: 'succeeded', rows_fetched: 71 });
    expect(await findings('open_interest_bybit')).toMatchObject([
      { detail: { field: 'openInterest', rows: 1 } },
    ]);
    const { gaps, empty } = await report('open_interest_bybit');
    expect([gaps, empty.map(({ reason }) => reason)]).toEqual([[], ['not-published']]);
  });

  it('in the options leaves the snapshot, without a number that nobody knows', async () => {
    at.venues.faults.add({
      kind: 'replace',
      venue: 'deribit',
      match: 'get_book_summary',
      find: '"open_interest":[1-9][^,}]*',
      by: '"open_interest":null',
    });
    const job = await run({ source: 'gex_deribit', symbols: ['BTC'], from: isoDay(time.clock() - DAY) });
    expect(job.rows_fetched).toBeGreaterThan(100);
    expect(await findings('gex_deribit')).toMatchObject([{ detail: { field: 'open_interest', rows: 1 } }]);
    const unknown = await at.sql`
      select gross_gex from market_data.gex_snapshots where call_oi is null or put_oi is null`;
    expect(unknown).toEqual([{ gross_gex: null }]);
  });
});

describe('one bad cell of a file of the archive', () => {
  it('leaves the other rows of its month, and its own row is requested from the next tier', async () => {
    at.venues.faults.add({
      kind: 'bad-cell',
      match: '/monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2024-03.zip',
      column: 5,
      text: 'n/a',
    });
    const job = await run({
      source: 'klines_spot',
      symbols: ['BTCUSDT'],
      timeframe: '1h',
      from: '2024-03-01',
      to: '2024-04-01',
    });
    expect(job).toMatchObject({ status: 'succeeded', rows_fetched: 31 * 24, failures: [] });
    const time = new Date('2024-03-16T12:00Z');
    expect(await findings('klines_spot')).toEqual([
      { time, detail: { field: 'close', value: 'n/a', rows: 1, line: 373, column: 5 } },
    ]);
    const spans = await at.sql`
      select object like '%monthly%' as whole, sum(rows)::int as rows from market_data.coverage
      where source = 'klines_spot' and state = 'have' group by 1 order by 1`;
    expect(spans).toEqual([
      { whole: false, rows: 1 },
      { whole: true, rows: 31 * 24 - 1 },
    ]);
    expect((await report('klines_spot')).gaps).toEqual([]);
  });
});

describe('an empty answer where there must be rows', () => {
  it('of all options is a gap with its cause, and is not proven', async () => {
    const empty = '{"jsonrpc":"2.0","result":[],"usIn":1,"usOut":2,"usDiff":1,"testnet":false}';
    const fault = at.venues.faults.add({
      kind: 'status',
      status: 200,
      body: empty,
      match: 'get_book_summary',
    });
    const hour = floorTo(time.clock(), HOUR);
    const job = await run({ source: 'gex_deribit', symbols: ['ETH'], from: new Date(hour).toISOString() });
    expect(fault.hits).toBeGreaterThan(2);
    expect(job).toMatchObject({ status: 'failed', failures: [{ code: 'empty-answer' }] });
    const spans = await at.sql`
      select distinct state from market_data.coverage
      where source = 'gex_deribit' and symbol = 'ETH'`;
    expect(spans).toEqual([{ state: 'failed' }]);
  });

  it('of a known series of FRED is requested again, then a gap with its cause', async () => {
    const fault = at.venues.faults.add({
      kind: 'status',
      status: 200,
      body: '{"observations":[]}',
      match: '/fred/series/observations',
    });
    const order = { source: 'macro', symbols: ['UNRATE'], from: '2021-01-01', to: '2022-01-01' };
    const job = await run(order);
    expect(fault.hits).toBeGreaterThan(2);
    expect(job).toMatchObject({ status: 'failed', failures: [{ code: 'empty-answer' }] });
    const { gaps, empty } = await report('macro_fred');
    expect(new Set(gaps.map(({ cause }) => cause))).toEqual(new Set(['source-error']));
    expect([gaps.at(0)!.from, gaps.at(-1)!.to]).toEqual(['2021-01-01T00:00:00Z', '2022-01-01T00:00:00Z']);
    expect(empty).toEqual([]);
    at.venues.faults.clear();
    expect(await run(order)).toMatchObject({ status: 'succeeded', failures: [] });
  });

  it('of the whole history of an index, once, costs nothing', async () => {
    const body = '{"name":"Fear and Greed Index","data":[],"metadata":{"error":null}}';
    const fault = at.venues.faults.add({
      kind: 'status',
      status: 200,
      body,
      venue: 'alternative-me',
      times: 1,
    });
    const job = await run({ source: 'fear_greed', from: '2023-01-01', to: '2023-02-01' });
    expect(job).toMatchObject({ status: 'succeeded', rows_fetched: 31 });
    expect(fault.hits).toBe(1);
  });
});
