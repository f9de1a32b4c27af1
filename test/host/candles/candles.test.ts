import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refreshAggregates } from '../../../functions/core/jobs/refresh-aggregates.ts';
import { DAY, iso, MINUTE } from '../../../functions/core/time/time.ts';
import { connect } from '../../../functions/stores/postgres/postgres.ts';
import { gordon } from '../../cli/support/run.ts';
import { until } from '../../helpers/until.ts';
import { type CandleHost, MARCH, type Status, startCandleHost } from './candle-host.ts';

/** The second API through state machine, fetchers, database and aggregates, on the candle port. */
let at: CandleHost;
beforeAll(async () => {
  at = await startCandleHost();
});
afterAll(() => at?.[Symbol.asyncDispose]());

const ROWS = 31 * 288;
const march = { start: Date.parse(MARCH.start), end: Date.parse(MARCH.end) };

describe('the candle API', () => {
  it('accepts an order as a job', async () => {
    const answer = await at.post(MARCH);
    expect(answer.status).toBe(202);
    expect(answer.headers.get('location')).toBe(`/backfill/jobs/${answer.body.id}`);
    expect(answer.body).toMatchObject({
      status: 'queued',
      symbol: 'BTCUSDT',
      timeframe: '5m',
      start: '2025-03-01T00:00:00Z',
      end: '2025-04-01T00:00:00Z',
    });
    const job = await at.wait(answer.body.id);
    expect(job).toMatchObject({ source: 'candles', status: 'succeeded', rows_fetched: ROWS, failures: [] });
    expect(await at.gaps('symbol=BTCUSDT')).toEqual([]);
  });

  it('stores the values that the venue serves', async () => {
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

  it('refreshes all aggregates of what it wrote before the job ends', async () => {
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

  it('fetches nothing that is stored, and touches no aggregate', async () => {
    const before = at.venues.requests.all().length;
    const versions = () => at.sql`select xmin::text, bucket from market_data.price_klines_1d order by bucket`;
    const old = await versions();
    expect(await at.load(MARCH)).toMatchObject({ status: 'succeeded', rows_fetched: 0 });
    expect(at.venues.requests.all().length).toBe(before);
    expect(await versions()).toEqual(old);
  });

  it('lets an operator refresh an aggregate: by psql as the owner, and through gordon-data sql', async () => {
    const call = (from: string, to: string): string =>
      `CALL refresh_continuous_aggregate('price_klines_1d', '${from} 00:00:00+00', '${to} 00:00:00+00');`;
    const volumes = async () => {
      const rows = await at.sql<{ volume: number }[]>`
        select volume from market_data.price_klines_1d where bucket >= '2025-03-10' and bucket < '2025-03-12' order by bucket`;
      return rows.map(({ volume }) => volume);
    };
    const [first, second] = (await volumes()) as [number, number];
    await at.sql`update market_data.price_klines_1d set volume = -1 where bucket >= '2025-03-10' and bucket < '2025-03-12'`;
    // psql sends a statement as one message, and so does this.
    const owner = connect(at.host.databaseUrl, { max: 1 });
    await owner.unsafe(call('2025-03-10', '2025-03-11')).simple();
    await owner.end();
    expect(await volumes()).toEqual([first, -1]);
    const api = `http://127.0.0.1:${at.host.ports.jobs}`;
    const ran = await gordon(['sql', call('2025-03-10', '2025-03-12')], { api });
    expect(ran).toEqual({ code: 0, stdout: 'CALL\n', stderr: '' });
    expect(await volumes()).toEqual([first, second]);
    const narrow = await gordon(
      ['sql', call('2025-03-10', '2025-03-10').replace(/00(:00:00\+00'\);)$/, '06$1')],
      { api },
    );
    expect([narrow.code, narrow.stderr]).toEqual([2, expect.stringContaining('refresh window too small')]);
  });

  it('reports deleted rows as gaps, and restores them with their aggregates', async () => {
    const day = { start: Date.UTC(2025, 2, 20), end: Date.UTC(2025, 2, 21) };
    const views = () => at.sql`
      select * from market_data.price_klines_1h where bucket >= ${new Date(day.start)} and bucket < ${new Date(day.end)} order by 1`;
    const before = await views();
    await at.sql`
      delete from market_data.price_klines where symbol = 'BTCUSDT'
        and ("timestamp" >= '2025-03-20 10:00' and "timestamp" < '2025-03-20 12:00' or "timestamp" = '2025-03-05 00:00')`;
    for (const query of ['', '&start=2025-03-01&end=2025-04-01', `&start=${march.start}&end=${march.end}`]) {
      expect(await at.gaps(`symbol=BTCUSDT${query}`)).toEqual([
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
    expect(await at.gaps('symbol=BTCUSDT&start=2025-03-20T11:00:00Z&end=2025-03-20T11:30:00Z')).toMatchObject(
      [{ missing: 6 }],
    );
    await at.host.services.aggregates.refresh([day]);
    expect(await views()).toHaveLength(22);
    expect(await at.load(MARCH)).toMatchObject({ status: 'succeeded', rows_fetched: 25 });
    expect(await views()).toEqual(before);
    expect(await at.gaps('symbol=BTCUSDT')).toEqual([]);
  });

  it('refreshes exactly the touched window', async () => {
    // A mark outside of the window shows whether the refresh touched it.
    await at.sql`update market_data.price_klines_1d set volume = -1 where bucket in ('2025-03-09', '2025-03-11')`;
    await at.sql`
      delete from market_data.price_klines where symbol = 'BTCUSDT' and timeframe = '5m' and "timestamp" = '2025-03-10 12:00'`;
    await at.load(MARCH);
    const traces = await at.sql`select bucket from market_data.price_klines_1d where volume = -1 order by 1`;
    expect(traces.map(({ bucket }) => (bucket as Date).toISOString().slice(0, 10))).toEqual([
      '2025-03-09',
      '2025-03-11',
    ]);
    await at.host.services.aggregates.refresh([march]);
  });

  it('reports gaps outside of what was ordered, within the requested range', async () => {
    expect(await at.gaps('symbol=BTCUSDT&start=2025-02-28&end=2025-03-02')).toEqual([
      { start: '2025-02-28T00:00:00Z', end: '2025-03-01T00:00:00Z', missing: 288, cause: 'not-fetched' },
    ]);
    expect(await at.get('type=gaps&symbol=SOLUSDT')).toMatchObject({
      status: 404,
      body: { code: 'nothing-ordered' },
    });
  });

  it('reports the state of a symbol, its last job and the aggregates', async () => {
    await at.host.services.aggregates.refreshRecent(60);
    const { status, body } = await at.get<Status>('type=status&symbol=BTCUSDT');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      rows: ROWS,
      earliest: '2025-03-01T00:00:00Z',
      gaps: [],
      empty: [],
      last_job: { status: 'succeeded', symbol: 'BTCUSDT' },
    });
    expect(body.aggregates.map(({ name, healthy }) => [name, healthy])).toEqual(
      ['15m', '30m', '1h', '4h', '12h', '1d'].map((width) => [`price_klines_${width}`, true]),
    );
    expect((await at.get<Status>('')).body.aggregates).toHaveLength(6);
  });

  it('leaves proofs, not gaps, outside a symbol’s life', async () => {
    const young = await at.load({ symbol: 'NEWUSDT', start: '2025-06-01', end: '2025-07-01' });
    expect(young.status).toBe('succeeded');
    const { body } = await at.get<Status>('symbol=NEWUSDT');
    expect(body).toMatchObject({ gaps: [], earliest: '2025-06-18T10:30:00Z' });
    expect(body.empty).toEqual([
      { start: '2025-06-01T00:00:00Z', end: '2025-06-18T10:30:00Z', reason: 'pre-listing' },
    ]);
    const old = await at.load({ symbol: 'OLDUSDT', start: '2025-03-01', end: '2025-04-01' });
    expect(old.status).toBe('succeeded');
    expect((await at.get<Status>('symbol=OLDUSDT')).body.empty).toMatchObject([{ reason: 'delisted' }]);
  });

  it('accepts the other timeframes of the venue, which leave the aggregates unchanged', async () => {
    const before = await at.sql`select count(*)::int as n from market_data.price_klines_15m`;
    const job = await at.load({ symbol: 'BTCUSDT', start: '2024-01-01', end: '2025-01-01', timeframe: '1d' });
    expect(job).toMatchObject({ status: 'succeeded', rows_fetched: 366, timeframe: '1d' });
    expect(await at.sql`select count(*)::int as n from market_data.price_klines_15m`).toEqual(before);
  });

  it('never stores the open candle', async () => {
    const start = Date.now() - 2 * DAY;
    const job = await at.load({ symbol: 'ETHUSDT', start });
    expect(['succeeded', 'completed_with_gaps']).toContain(job.status);
    const [newest] = await at.sql<{ t: Date }[]>`
      select max("timestamp") as t from market_data.price_klines where symbol = 'ETHUSDT'`;
    expect(newest!.t.getTime() + 5 * MINUTE).toBeLessThanOrEqual(Date.now());
    // The buckets at both edges are open, and they are there.
    const [bucket] = await at.sql<{ t: Date }[]>`
      select max(bucket) as t from market_data.price_klines_1d where symbol = 'ETHUSDT'`;
    expect(iso(bucket!.t.getTime()).slice(0, 10)).toBe(iso(newest!.t.getTime()).slice(0, 10));
  });
});

describe('a candle job that does not succeed', () => {
  it('keeps the rows that it wrote when it is cancelled, and refreshes their aggregates', async () => {
    const order = { symbol: 'XRPUSDT', start: '2024-01-01', end: '2025-01-01' };
    const { body } = await at.post(order);
    await at.wait(body.id, (job) => job.rows_fetched > 0 || job.finished_at !== null);
    const cancelled = await at.request<{ status: string }>(`/backfill/jobs/${body.id}`, { method: 'DELETE' });
    expect(cancelled.body).toEqual({ status: 'cancelled' });
    await settled(body.id);
    const [kept] = await at.sql<{ rows: number; counted: number }[]>`
      select count(*)::int as rows, (select coalesce(sum(count), 0) from market_data.price_klines_1d where symbol = 'XRPUSDT')::int as counted
      from market_data.price_klines where symbol = 'XRPUSDT'`;
    expect(kept!.rows).toBeGreaterThan(0);
    expect(kept!.rows).toBeLessThan(366 * 288);
    expect(kept!.counted).toBe(kept!.rows);
    expect(await at.load(order)).toMatchObject({ status: 'succeeded' });
    const [all] =
      await at.sql`select sum(count)::int as n from market_data.price_klines_1d where symbol = 'XRPUSDT'`;
    expect(all).toEqual({ n: 366 * 288 });
  });

  it('has its aggregates refreshed by the schedule when it never ended', async () => {
    await at.sql`delete from market_data.refreshed_jobs`;
    await at.sql`delete from market_data.price_klines_1h where symbol = 'BTCUSDT'`;
    expect((await refreshAggregates(at.host.services, { lookback: DAY })).length).toBeGreaterThan(0);
    const [row] = await at.sql`
      select count(*)::int as n from market_data.price_klines_1h where symbol = 'BTCUSDT' and bucket >= '2025-03-01' and bucket < '2025-04-01'`;
    expect(row).toEqual({ n: 31 * 24 });
    expect(await refreshAggregates(at.host.services, { lookback: DAY })).toEqual([]);
  });
});

/** The execution goes on for a moment after its job was cancelled: its last state is what refreshes. */
async function settled(id: string): Promise<void> {
  const refreshed = () => at.sql`select 1 from market_data.refreshed_jobs where job_id = ${id}`;
  await until(`the aggregates of ${id} were refreshed`, async () => (await refreshed()).length > 0);
}
