import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY } from '../../../functions/core/time/time.ts';
import { startTestHost, type TestHost } from '../../helpers/host.ts';

let at: TestHost;
beforeAll(async () => {
  at = await startTestHost();
});
afterAll(() => at?.[Symbol.asyncDispose]());

const YEAR = { source: 'sentiment', from: '2024-06-01', to: '2025-06-01' };
const FROM = Date.parse(YEAR.from);
const TO = Date.parse(YEAR.to);
/** The simulator never published it. */
const HOLE = Date.parse('2024-10-26');
const SERIES = [
  ['btc_market_cap', 'BTC', 365],
  ['fear_greed', 'FNG', 364],
  ['stablecoin_supply', 'ALL', 365],
  ['stablecoin_supply', 'DAI', 365],
  ['stablecoin_supply', 'USDC', 365],
  ['stablecoin_supply', 'USDT', 365],
] as const;

interface ReportRow {
  source: string;
  symbol: string;
  rows: number;
  gaps: unknown[];
  empty: { from: string; to: string; reason: string }[];
}
const report = async (query = '') => (await at.ask<ReportRow[]>(`/backfill/report${query}`)).body;
const run = async (order: object) => at.wait((await at.order(order)).id);
const venue = async <T>(env: string, path: string): Promise<T> =>
  (await (await fetch(`${at.venues.env[env]}${path}`)).json()) as T;
const within = <T extends readonly [number, ...unknown[]]>(rows: T[]) =>
  rows.filter(([time]) => time >= FROM && time < TO).sort((a, b) => a[0] - b[0]);

async function stored(table: string, symbol: string, columns: string): Promise<unknown[][]> {
  const rows = await at.sql.unsafe(
    `select (extract(epoch from time) * 1000)::float8 as time, ${columns} from market_data.${table}
     where symbol = '${symbol}' and time >= '${YEAR.from}' and time < '${YEAR.to}' order by time`,
  );
  return rows.map((row) => Object.values(row));
}

describe('sentiment', () => {
  it('fills a year of each source, each with its own symbols', async () => {
    const job = await run(YEAR);
    const rows = SERIES.reduce((sum, [, , count]) => sum + count, 0);
    expect(job).toMatchObject({ status: 'succeeded', rows_fetched: rows, failures: [], skipped: [] });
    expect((await report()).map((r) => [r.source, r.symbol, r.rows])).toEqual(SERIES);
    expect((await report()).flatMap((r) => r.gaps)).toEqual([]);
  });

  it('has a proof, not a gap, for a day that was never published', async () => {
    expect((await report('?symbol=FNG'))[0]!.empty).toEqual([
      { from: '2024-10-26T00:00:00Z', to: '2024-10-27T00:00:00Z', reason: 'not-published' },
    ]);
    const [proof] = await at.sql`
      select evidence from market_data.coverage where source = 'fear_greed' and state = 'empty'`;
    expect(proof!.evidence[0]).toMatchObject({ what: 'GET /fng/?limit=0&format=json', status: 200 });
  });

  it('stores Fear & Greed as the venue serves it', async () => {
    const { data } = await venue<{
      data: { value: string; value_classification: string; timestamp: string }[];
    }>('GORDON_ALTERNATIVE_ME_URL', '/fng/?limit=0');
    const served = data.map(
      (r) => [Number(r.timestamp) * 1000, Number(r.value), r.value_classification] as const,
    );
    expect(await stored('fear_greed', 'FNG', 'value, classification')).toEqual(within(served));
    expect(served.map(([time]) => time)).not.toContain(HOLE);
  });

  it.each([
    ['ALL', ''],
    ['USDC', '?stablecoin=2'],
  ])('stores the supply of %s as the venue serves it', async (symbol, query) => {
    type Chart = { date: string; totalCirculatingUSD: Record<string, number> }[];
    const chart = await venue<Chart>('GORDON_DEFILLAMA_URL', `/stablecoincharts/all${query}`);
    const served = chart.map(({ date, totalCirculatingUSD: pegs }) => {
      const all = Object.values(pegs).reduce((a, b) => a + b, 0);
      return [Number(date) * 1000, all, pegs.peggedUSD!] as const;
    });
    const columns = 'circulating_usd, circulating_pegged_usd';
    expect(await stored('stablecoin_supply', symbol, columns)).toEqual(within(served));
  });

  it('stores the market capitalisation as the venue serves it', async () => {
    const { data } = await venue<{ data: { time: string; CapMrktCurUSD: string }[] }>(
      'GORDON_COINMETRICS_URL',
      '/v4/timeseries/asset-metrics?assets=btc&metrics=CapMrktCurUSD&start_time=2024-05-01&page_size=10000',
    );
    const served = data.map((r) => [Date.parse(r.time), Number(r.CapMrktCurUSD)] as const);
    expect(await stored('market_caps', 'BTC', 'market_cap_usd')).toEqual(within(served));
  });

  it('has the stablecoin supply ratio of each day for the read-only role', async () => {
    const rows = await at.sql.begin(async (tx) => {
      await tx`set local role gordon_reader`;
      return tx`select ratio, btc_market_cap, stablecoin_market_cap from market_data.stablecoin_supply_ratio`;
    });
    expect(rows).toHaveLength(365);
    for (const { ratio, btc_market_cap, stablecoin_market_cap } of rows) {
      expect(ratio).toBe(btc_market_cap / stablecoin_market_cap);
      expect(ratio).toBeGreaterThan(1);
    }
  });

  it('fetches nothing that is stored', async () => {
    const before = at.venues.requests.all().length;
    expect(await run(YEAR)).toMatchObject({ status: 'succeeded', rows_fetched: 0 });
    expect(at.venues.requests.all().length).toBe(before);
  });

  it('restores exactly the deleted rows', async () => {
    const gone = [
      await at.sql`delete from market_data.fear_greed where time in ('2024-06-01', '2024-12-31', '2025-03-03')`,
      await at.sql`delete from market_data.stablecoin_supply where symbol = 'ALL' and time < '2024-06-08'`,
      await at.sql`delete from market_data.market_caps where time = '2025-05-31'`,
    ].reduce((sum, { count }) => sum + count, 0);
    expect(gone).toBe(3 + 7 + 1);
    expect(await run(YEAR)).toMatchObject({ status: 'succeeded', rows_fetched: gone });
    expect((await report()).map((r) => [r.source, r.symbol, r.rows])).toEqual(SERIES);
  });

  it('proves that there was nothing before the first day', async () => {
    const order = { source: 'sentiment', symbols: ['FNG', 'DAI'], from: '2018-01-20', to: '2019-12-01' };
    expect(await run(order)).toMatchObject({ status: 'succeeded', symbols: ['FNG', 'DAI'], skipped: [] });
    const rows = await report();
    expect(rows.find((r) => r.symbol === 'FNG')!.empty.slice(0, 2)).toEqual([
      { from: '2018-01-20T00:00:00Z', to: '2018-02-01T00:00:00Z', reason: 'pre-listing' },
      { from: '2018-04-14T00:00:00Z', to: '2018-04-17T00:00:00Z', reason: 'not-published' },
    ]);
    expect(rows.find((r) => r.symbol === 'DAI')!.empty).toEqual([
      { from: '2018-01-20T00:00:00Z', to: '2019-11-18T00:00:00Z', reason: 'pre-listing' },
    ]);
    expect(rows.flatMap((r) => r.gaps)).toEqual([]);
  });

  it("has today's value of the index today, and of the others whole days only", async () => {
    const job = await run({ source: 'sentiment', from: new Date(Date.now() - 4 * DAY).toISOString() });
    expect(job.status).toBe('succeeded');
    const [newest] = await at.sql`
      select (select max(time) from market_data.fear_greed) as index,
        (select max(time) from market_data.stablecoin_supply) as supply,
        (select max(time) from market_data.market_caps) as cap`;
    const midnight = (ms: number): Date => new Date(Math.floor(ms / DAY) * DAY);
    expect(newest).toEqual({
      index: midnight(Date.now() - 10 * 60_000),
      supply: midnight(Date.now() - DAY - 3_600_000),
      cap: midnight(Date.now() - DAY - 3 * 3_600_000),
    });
  });

  it('refuses a symbol that none of its sources has', async () => {
    const answer = await at.ask('/backfill', {
      method: 'POST',
      body: JSON.stringify({ source: 'sentiment', symbols: ['BTCUSDT'] }),
    });
    expect(answer).toMatchObject({ status: 422, body: { code: 'unknown-symbol', subject: 'BTCUSDT' } });
  });
});
