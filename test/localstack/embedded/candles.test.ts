import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { JobDetail } from '../../../functions/core/job-view.ts';
import { refreshAggregates } from '../../../functions/core/run/refresh-aggregates.ts';
import { DAY, iso, MINUTE } from '../../../functions/core/time.ts';
import { startTestHost, type TestHost } from '../../helpers/host.ts';

/** The second API through state machine, fetchers, database and aggregates, on the candle port. */
let at: TestHost;
beforeAll(async () => {
  at = await startTestHost();
});
afterAll(() => at?.[Symbol.asyncDispose]());

interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}
interface Gap {
  readonly start: string;
  readonly end: string;
  readonly missing: number;
  readonly cause: string;
  readonly error?: string;
}
interface CandleJob {
  readonly id: string;
  readonly status: string;
}
interface Status {
  readonly rows: number;
  readonly earliest: string | null;
  readonly gaps: Gap[];
  readonly empty: { start: string; end: string; reason: string }[];
  readonly last_job: CandleJob | null;
  readonly aggregates: { name: string; healthy: boolean }[];
}

async function ask<T>(path: string, init?: RequestInit): Promise<Answer<T>> {
  const response = await fetch(`http://127.0.0.1:${at.host.ports.candles}${path}`, init);
  return { status: response.status, headers: response.headers, body: (await response.json()) as T };
}
const post = <T = CandleJob>(body: unknown): Promise<Answer<T>> =>
  ask('/api/backfill', { method: 'POST', body: JSON.stringify(body) });
const get = <T>(query: string): Promise<Answer<T>> => ask(`/api/backfill?${query}`);

async function load(body: object): Promise<JobDetail> {
  const answer = await post(body);
  expect(answer).toMatchObject({ status: 202, body: { id: expect.any(String) } });
  return at.wait(answer.body.id);
}
const gaps = async (query: string): Promise<Gap[]> => (await get<Gap[]>(`type=gaps&${query}`)).body;

const MARCH = { symbol: 'BTCUSDT', start: '2025-03-01', end: '2025-04-01' };
const ROWS = 31 * 288;
const march = { start: Date.parse(MARCH.start), end: Date.parse(MARCH.end) };

describe('the candle API', () => {
  it('takes an order as a job like any other', async () => {
    const answer = await post(MARCH);
    expect(answer.status).toBe(202);
    expect(answer.headers.get('location')).toBe(`/backfill/jobs/${answer.body.id}`);
    expect(answer.body).toMatchObject({
      ...{ status: 'queued', symbol: 'BTCUSDT', timeframe: '5m' },
      ...{ start: '2025-03-01T00:00:00Z', end: '2025-04-01T00:00:00Z' },
    });
    const job = await at.wait(answer.body.id);
    expect(job).toMatchObject({ source: 'candles', status: 'succeeded', rows_fetched: ROWS, failures: [] });
    expect(await gaps('symbol=BTCUSDT')).toEqual([]);
  });

  it('stores what the venue says, value by value', async () => {
    const stored = await at.sql`
      select (extract(epoch from "timestamp") * 1000)::text as t, open, high, low, close, volume, turnover
      from market_data.price_klines where symbol = 'BTCUSDT' and timeframe = '5m'
        and "timestamp" >= '2025-03-10' and "timestamp" < '2025-03-12' order by "timestamp" desc`;
    const query = `category=linear&symbol=BTCUSDT&interval=5&start=${Date.UTC(2025, 2, 10)}&end=${Date.UTC(2025, 2, 12) - 1}&limit=1000`;
    const answer = await fetch(`${at.venues.env.GORDON_BYBIT_URL}/v5/market/kline?${query}`);
    const { result } = (await answer.json()) as { result: { list: string[][] } };
    expect(result.list).toHaveLength(576);
    expect(stored.map((row) => Object.values(row).map(Number))).toEqual(
      result.list.map((row) => row.map(Number)),
    );
  });

  it('refreshes the aggregates of what it wrote, all of them, before the job ends', async () => {
    const counts = await at.sql`
      select (select count(*) from market_data.price_klines_15m)::int as q, (select count(*) from market_data.price_klines_30m)::int as h,
        (select count(*) from market_data.price_klines_1h)::int as h1, (select count(*) from market_data.price_klines_4h)::int as h4,
        (select count(*) from market_data.price_klines_12h)::int as h12, (select count(*) from market_data.price_klines_1d)::int as d`;
    expect(counts[0]).toEqual({ q: 31 * 96, h: 31 * 48, h1: 31 * 24, h4: 31 * 6, h12: 62, d: 31 });
    // The venue's numbers are decimals, whose sums depend on their order in the last place.
    const wrong = await at.sql`
      select v.bucket from market_data.price_klines_1d v join lateral (
        select max(high) as high, min(low) as low, (array_agg(open order by "timestamp"))[1] as open,
          (array_agg(close order by "timestamp" desc))[1] as close, sum(volume) as volume, sum(turnover) as turnover, count(*) as count
        from market_data.price_klines where symbol = v.symbol and timeframe = '5m'
          and "timestamp" >= v.bucket and "timestamp" < v.bucket + interval '24 hours') r on true
      where (v.open, v.high, v.low, v.close, v.count) is distinct from (r.open, r.high, r.low, r.close, r.count)
        or abs(v.volume - r.volume) > 1e-9 * r.volume or abs(v.turnover - r.turnover) > 1e-9 * r.turnover`;
    expect(wrong).toHaveLength(0);
  });

  it('fetches nothing that is there, and touches no aggregate', async () => {
    const before = at.venues.requests.all().length;
    const versions = () => at.sql`select xmin::text, bucket from market_data.price_klines_1d order by bucket`;
    const old = await versions();
    expect(await load(MARCH)).toMatchObject({ status: 'succeeded', rows_fetched: 0 });
    expect(at.venues.requests.all().length).toBe(before);
    expect(await versions()).toEqual(old);
  });

  it('sees what was deleted as gaps, and restores it with its aggregates', async () => {
    const day = { start: Date.UTC(2025, 2, 20), end: Date.UTC(2025, 2, 21) };
    const views = () => at.sql`
      select * from market_data.price_klines_1h where bucket >= ${new Date(day.start)} and bucket < ${new Date(day.end)} order by 1`;
    const before = await views();
    await at.sql`
      delete from market_data.price_klines where symbol = 'BTCUSDT'
        and ("timestamp" >= '2025-03-20 10:00' and "timestamp" < '2025-03-20 12:00' or "timestamp" = '2025-03-05 00:00')`;
    for (const query of ['', '&start=2025-03-01&end=2025-04-01', `&start=${march.start}&end=${march.end}`]) {
      expect(await gaps(`symbol=BTCUSDT${query}`)).toEqual([
        {
          start: '2025-03-05T00:00:00Z',
          end: '2025-03-05T00:05:00Z',
          missing: 1,
          cause: 'not-fetched',
        },
        {
          start: '2025-03-20T10:00:00Z',
          end: '2025-03-20T12:00:00Z',
          missing: 24,
          cause: 'not-fetched',
        },
      ]);
    }
    expect(await gaps('symbol=BTCUSDT&start=2025-03-20T11:00:00Z&end=2025-03-20T11:30:00Z')).toMatchObject([
      { missing: 6 },
    ]);
    await at.host.services.aggregates.refresh([day]);
    expect(await views()).toHaveLength(22);
    expect(await load(MARCH)).toMatchObject({ status: 'succeeded', rows_fetched: 25 });
    expect(await views()).toEqual(before);
    expect(await gaps('symbol=BTCUSDT')).toEqual([]);
  });

  it('refreshes exactly the touched window', async () => {
    // A trace outside of it shows whether anybody was there.
    await at.sql`update market_data.price_klines_1d set volume = -1 where bucket in ('2025-03-09', '2025-03-11')`;
    await at.sql`
      delete from market_data.price_klines where symbol = 'BTCUSDT' and timeframe = '5m' and "timestamp" = '2025-03-10 12:00'`;
    await load(MARCH);
    const traces = await at.sql`select bucket from market_data.price_klines_1d where volume = -1 order by 1`;
    expect(traces.map(({ bucket }) => (bucket as Date).toISOString().slice(0, 10))).toEqual([
      '2025-03-09',
      '2025-03-11',
    ]);
    await at.host.services.aggregates.refresh([march]);
  });

  it('tells gaps of what was never ordered, as far as it was asked', async () => {
    expect(await gaps('symbol=BTCUSDT&start=2025-02-28&end=2025-03-02')).toEqual([
      { start: '2025-02-28T00:00:00Z', end: '2025-03-01T00:00:00Z', missing: 288, cause: 'not-fetched' },
    ]);
    expect(await get('type=gaps&symbol=SOLUSDT')).toMatchObject({
      status: 404,
      body: { code: 'nothing-ordered' },
    });
  });

  it('tells the state of a symbol, its last job and the aggregates', async () => {
    await at.host.services.aggregates.refreshRecent(60);
    const { status, body } = await get<Status>('type=status&symbol=BTCUSDT');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ rows: ROWS, earliest: '2025-03-01T00:00:00Z', gaps: [], empty: [] },
      last_job: { status: 'succeeded', symbol: 'BTCUSDT' },
    });
    expect(body.aggregates.map(({ name, healthy }) => [name, healthy])).toEqual(
      ['15m', '30m', '1h', '4h', '12h', '1d'].map((width) => [`price_klines_${width}`, true]),
    );
    expect((await get<Status>('')).body.aggregates).toHaveLength(6);
  });

  it('leaves proofs, not gaps, outside a symbol’s life', async () => {
    const young = await load({ symbol: 'NEWUSDT', start: '2025-06-01', end: '2025-07-01' });
    expect(young.status).toBe('succeeded');
    const { body } = await get<Status>('symbol=NEWUSDT');
    expect(body).toMatchObject({ gaps: [], earliest: '2025-06-18T10:30:00Z' });
    expect(body.empty).toEqual([
      { start: '2025-06-01T00:00:00Z', end: '2025-06-18T10:30:00Z', reason: 'pre-listing' },
    ]);
    const old = await load({ symbol: 'OLDUSDT', start: '2025-03-01', end: '2025-04-01' });
    expect(old.status).toBe('succeeded');
    expect((await get<Status>('symbol=OLDUSDT')).body.empty).toMatchObject([{ reason: 'delisted' }]);
  });

  it('takes the other timeframes of the venue, which leave the aggregates alone', async () => {
    const before = await at.sql`select count(*)::int as n from market_data.price_klines_15m`;
    const job = await load({ symbol: 'BTCUSDT', start: '2024-01-01', end: '2025-01-01', timeframe: '1d' });
    expect(job).toMatchObject({ status: 'succeeded', rows_fetched: 366, timeframe: '1d' });
    expect(await at.sql`select count(*)::int as n from market_data.price_klines_15m`).toEqual(before);
  });

  it('never stores the open candle', async () => {
    const start = Date.now() - 2 * DAY;
    const job = await load({ symbol: 'ETHUSDT', start });
    expect(['succeeded', 'completed_with_gaps']).toContain(job.status);
    const [newest] = await at.sql<{ t: Date }[]>`
      select max("timestamp") as t from market_data.price_klines where symbol = 'ETHUSDT'`;
    expect(newest!.t.getTime() + 5 * MINUTE).toBeLessThanOrEqual(Date.now());
    // The buckets at both edges are open, and they are there.
    const [bucket] = await at.sql<{ t: Date }[]>`
      select max(bucket) as t from market_data.price_klines_1d where symbol = 'ETHUSDT'`;
    expect(iso(bucket!.t.getTime()).slice(0, 10)).toBe(iso(newest!.t.getTime()).slice(0, 10));
  });

  it.each([
    ['an unknown symbol', { ...MARCH, symbol: 'NOPEUSDT' }, 422, 'unknown-symbol'],
    ['a symbol that cannot be', { ...MARCH, symbol: 'btc/usdt' }, 422, 'unknown-symbol'],
    ['no symbol', { start: MARCH.start }, 400, 'invalid-request'],
    ['an unknown field', { ...MARCH, from: 1 }, 400, 'invalid-request'],
    ['a start after the end', { ...MARCH, start: '2025-05-01' }, 400, 'empty-range'],
    ['an end in the future', { ...MARCH, end: '2999-01-01' }, 400, 'future-range'],
    ['a time without a zone', { ...MARCH, start: '2025-03-01T00:00:00' }, 400, 'invalid-time'],
    ['epoch seconds', { ...MARCH, start: 1740787200 }, 400, 'invalid-time'],
    ['a timeframe that the venue lacks', { ...MARCH, timeframe: '8h' }, 400, 'unknown-timeframe'],
  ])('refuses %s as a problem', async (_what, body, status, code) => {
    const answer = await post(body);
    expect(answer).toMatchObject({ status, body: { code, status } });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });

  it.each([
    ['type=holes&symbol=BTCUSDT', 'invalid-request'],
    ['type=gaps', 'symbol-missing'],
    ['type=gaps&symbol=BTCUSDT&start=tomorrow', 'invalid-time'],
    ['type=gaps&symbol=BTCUSDT&timeframe=7m', 'unknown-timeframe'],
  ])('refuses the query %s', async (query, code) => {
    expect(await get(query)).toMatchObject({ status: 400, body: { code } });
  });
});

describe('a candle job that does not end well', () => {
  it('keeps what it wrote when it is cancelled, and has refreshed it', async () => {
    const order = { symbol: 'XRPUSDT', start: '2024-01-01', end: '2025-01-01' };
    const { body } = await post(order);
    await at.wait(body.id, (job) => job.rows_fetched > 0 || job.finished_at !== null);
    const cancelled = await ask<{ status: string }>(`/backfill/jobs/${body.id}`, { method: 'DELETE' });
    expect(cancelled.body).toEqual({ status: 'cancelled' });
    await settled(body.id);
    const [kept] = await at.sql<{ rows: number; counted: number }[]>`
      select count(*)::int as rows, (select coalesce(sum(count), 0) from market_data.price_klines_1d where symbol = 'XRPUSDT')::int as counted
      from market_data.price_klines where symbol = 'XRPUSDT'`;
    expect(kept!.rows).toBeGreaterThan(0);
    expect(kept!.rows).toBeLessThan(366 * 288);
    expect(kept!.counted).toBe(kept!.rows);
    expect(await load(order)).toMatchObject({ status: 'succeeded' });
    const [all] =
      await at.sql`select sum(count)::int as n from market_data.price_klines_1d where symbol = 'XRPUSDT'`;
    expect(all).toEqual({ n: 366 * 288 });
  });

  it('is caught up by the schedule when it never came to its end', async () => {
    await at.sql`delete from market_data.refreshed_jobs`;
    await at.sql`delete from market_data.price_klines_1h where symbol = 'BTCUSDT'`;
    expect((await refreshAggregates(at.host.services, { lookback: DAY })).length).toBeGreaterThan(0);
    const [row] = await at.sql`
      select count(*)::int as n from market_data.price_klines_1h where symbol = 'BTCUSDT' and bucket >= '2025-03-01' and bucket < '2025-04-01'`;
    expect(row).toEqual({ n: 31 * 24 });
    expect(await refreshAggregates(at.host.services, { lookback: DAY })).toEqual([]);
  });
});

describe('a Bybit that', () => {
  const day = (n: number) => ({
    ...{ symbol: 'ETHUSDT', start: Date.UTC(2024, 6, n), end: Date.UTC(2024, 6, n + 1) },
  });
  const fault = { kind: 'status', venue: 'bybit', match: '/v5/market/kline' } as const;
  afterEach(() => at.venues.faults.clear());

  it('says "too many visits" is asked again after the reset that it tells', async () => {
    at.venues.faults.add({ ...fault, status: 200, times: 2 });
    expect(await load(day(1))).toMatchObject({ status: 'succeeded', rows_fetched: 288, failures: [] });
  });

  it('does not serve the country ends the job with the remedy', async () => {
    at.venues.faults.add({ ...fault, status: 403 });
    const job = await load(day(2));
    expect(job).toMatchObject({ status: 'failed', failures: [{ code: 'region-refused' }] });
    expect(job.failures[0]!.message).toContain('api.bytick.com');
    expect(await gaps(`symbol=ETHUSDT&start=${day(2).start}&end=${day(2).end}`)).toMatchObject([
      { missing: 288, cause: 'failed', error: expect.stringContaining('country') },
    ]);
  });

  it('answers pages and errors of its servers is asked again', async () => {
    at.venues.faults.add({ ...fault, status: 502, times: 1 });
    at.venues.faults.add({ kind: 'html', venue: 'bybit', match: '/v5/market/kline', times: 1 });
    expect(await load(day(3))).toMatchObject({ status: 'succeeded', rows_fetched: 288, failures: [] });
  });

  // The last one: its park outlives the test.
  it('was sent too much is left alone for ten minutes, by everybody', async () => {
    const body = 'access too frequent';
    at.venues.faults.add({
      ...fault,
      status: 403,
      times: 1,
      body,
      headers: { 'content-type': 'text/plain' },
    });
    const { body: job } = await post(day(4));
    const waiting = await at.wait(job.id, ({ chunks }) => chunks.some(({ state }) => state === 'waiting'));
    const resumes = Date.parse(waiting.chunks[0]!.resumes_at!) - Date.now();
    expect(resumes).toBeGreaterThan(9 * MINUTE);
    const before = at.venues.requests.count('/v5/market/');
    const other = await post(day(5));
    await at.wait(other.body.id, ({ chunks }) => chunks.some(({ state }) => state === 'waiting'));
    expect(at.venues.requests.count('/v5/market/')).toBe(before);
    for (const { id } of [job, other.body]) await ask(`/backfill/jobs/${id}`, { method: 'DELETE' });
  });
});

/** The execution goes on for a moment after its job was cancelled: its last state is what refreshes. */
async function settled(id: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const [row] = await at.sql`select 1 from market_data.refreshed_jobs where job_id = ${id}`;
    if (row) return;
    await sleep(50);
  }
  throw new Error(`the aggregates of ${id} were not refreshed`);
}
