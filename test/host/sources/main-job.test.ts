import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestHost, type TestHost } from '../../helpers/host.ts';

/** The main job through API, state machine, fetchers, database: what a user sees. */
let at: TestHost;
beforeAll(async () => {
  at = await startTestHost();
});
afterAll(() => at?.[Symbol.asyncDispose]());

const MONTH = { source: 'klines', from: '2025-02-01', to: '2025-03-01' };
const MINUTES = 28 * 1_440;

interface ReportRow {
  source: string;
  symbol: string;
  rows: number;
  gaps: { from: string; to: string; rows: number; cause: string }[];
  empty: { from: string; to: string; reason: string }[];
}
const report = async (query = '') => (await at.ask<ReportRow[]>(`/backfill/report${query}`)).body;
const digest = async () => {
  const [row] = await at.sql`
    select md5(string_agg(t::text, '' order by symbol, open_time)) as md5, count(*)::int as n from market_data.spot_klines t
    where timeframe = '1m'`;
  return row;
};

describe('the main job', () => {
  it('fills both markets for both symbols', async () => {
    const job = await at.wait((await at.order(MONTH)).id);
    expect(job).toMatchObject({ status: 'succeeded', rows_fetched: 4 * MINUTES, progress: 1, failures: [] });
    const rows = await report();
    expect(rows.map((r) => [r.source, r.symbol, r.rows, r.gaps.length])).toEqual([
      ['klines_perp', 'BTCUSDT', MINUTES, 0],
      ['klines_perp', 'ETHUSDT', MINUTES, 0],
      ['klines_spot', 'BTCUSDT', MINUTES, 0],
      ['klines_spot', 'ETHUSDT', MINUTES, 0],
    ]);
  });

  it('stores the values that the venue serves', async () => {
    const stored = await at.sql`
      select extract(epoch from open_time) * 1000 as time, open, high, low, close, volume, quote_volume, trades,
             taker_buy_volume, taker_buy_quote_volume
      from market_data.spot_klines where symbol = 'BTCUSDT' and open_time >= '2025-02-10' and open_time < '2025-02-10 10:00'
      order by open_time`;
    const query = `symbol=BTCUSDT&interval=1m&startTime=${Date.UTC(2025, 1, 10)}&limit=600`;
    const answer = await fetch(`${at.venues.env.GORDON_BINANCE_SPOT_URL}/api/v3/klines?${query}`);
    const truth = (await answer.json()) as (string | number)[][];
    const numbers = truth.map((row) => [0, 1, 2, 3, 4, 5, 7, 8, 9, 10].map((i) => Number(row[i])));
    expect(stored.map((row) => Object.values(row).map(Number))).toEqual(numbers);
  });

  it('fetches nothing that is stored', async () => {
    const before = at.venues.requests.all().length;
    const job = await at.wait((await at.order(MONTH)).id);
    expect(job).toMatchObject({ status: 'succeeded', rows_fetched: 0 });
    expect(at.venues.requests.all().length).toBe(before);
  });

  it('restores exactly the deleted rows', async () => {
    const before = await digest();
    const gone = await at.sql`
      delete from market_data.spot_klines
      where (symbol = 'BTCUSDT' and open_time >= '2025-02-03 10:00' and open_time < '2025-02-03 10:07')
         or (symbol = 'ETHUSDT' and (open_time = '2025-02-28 23:59' or open_time = '2025-02-01'))
         or (symbol = 'ETHUSDT' and open_time >= '2025-02-11' and open_time < '2025-02-16')`;
    expect(gone.count).toBe(7 + 2 + 5 * 1_440);
    const job = await at.wait((await at.order(MONTH)).id);
    expect(job).toMatchObject({ status: 'succeeded', rows_fetched: gone.count });
    expect(await digest()).toEqual(before);
  });

  it('fills in front of, behind and between what is there, and nothing twice', async () => {
    const job = await at.wait(
      (await at.order({ source: 'klines_spot', symbols: ['BTCUSDT'], from: '2025-01-30', to: '2025-03-02' }))
        .id,
    );
    expect(job).toMatchObject({ status: 'succeeded', rows_fetched: 3 * 1_440 });
  });

  it('leaves a proof, not a gap, before the first row of a young symbol', async () => {
    const job = await at.wait(
      (await at.order({ source: 'klines_spot', symbols: ['NEWUSDT'], from: '2025-05-01', to: '2025-09-01' }))
        .id,
    );
    expect(job.status).toBe('succeeded');
    const [row] = await report('?symbol=NEWUSDT');
    expect(row!.gaps).toEqual([]);
    expect(row!.empty.map((span) => [span.from, span.reason])).toEqual([
      ['2025-05-01T00:00:00Z', 'pre-listing'],
    ]);
    expect(row!.rows).toBe((Date.parse('2025-09-01') - Date.parse(row!.empty[0]!.to)) / 60_000);
  });

  it('leaves a proof, not a gap, after the last row of a delisted symbol', async () => {
    const job = await at.wait(
      (await at.order({ source: 'klines_spot', symbols: ['OLDUSDT'], from: '2025-01-01', to: '2025-12-01' }))
        .id,
    );
    expect(job.status).toBe('succeeded');
    const [row] = await report('?symbol=OLDUSDT');
    expect([row!.gaps, row!.empty.map((span) => span.reason)]).toEqual([[], ['delisted']]);
  });

  it('knows an outage of the spot market, and keeps the perpetuals of that time', async () => {
    const order = { source: 'klines', symbols: ['BTCUSDT'], from: '2023-03-24', to: '2023-03-25' };
    const job = await at.wait((await at.order(order)).id);
    expect(job.status).toBe('succeeded');
    const rows = await report('?symbol=BTCUSDT');
    const spot = rows.find((r) => r.source === 'klines_spot')!;
    expect(spot.empty).toEqual([
      { from: '2023-03-24T12:40:00Z', to: '2023-03-24T14:00:00Z', reason: 'venue-outage' },
    ]);
    expect(rows.flatMap((r) => r.gaps)).toEqual([]);
  });
});
