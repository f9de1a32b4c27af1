import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startHostOnPassingTime, type TestHost } from '../../helpers/host.ts';

/** Whatever the venues do, a job ends, its report is accurate, and the next job completes the rest. */
let at: TestHost;
beforeAll(async () => {
  at = await startHostOnPassingTime();
});
afterAll(() => at?.[Symbol.asyncDispose]());
afterEach(() => at.venues.faults.clear());

let month = 0;
/** Each test takes a month of its own, so that none finds another's rows. */
const fresh = () => {
  const from = new Date(Date.UTC(2023, month++));
  const to = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth(), 6));
  return { source: 'klines_spot', symbols: ['ETHUSDT'], from: from.toISOString(), to: to.toISOString() };
};
const ROWS = 5 * 1_440;
const findings = async (kind: string) =>
  (await at.sql`select count(*)::int as n from market_data.findings where kind = ${kind}`)[0]!.n as number;

describe('a venue that', () => {
  it('publishes a damaged month is read by its daily files, and a finding records the damage', async () => {
    at.venues.faults.add({ kind: 'corrupt-zip', match: 'monthly/klines/ETHUSDT/1m' });
    const job = await at.wait((await at.order(fresh())).id);
    expect(job).toMatchObject({ status: 'succeeded', rows_fetched: ROWS });
    // Broken bytes show first as a number that is none, or at the end as a wrong CRC.
    expect((await findings('corrupt-archive')) + (await findings('malformed-rows'))).toBe(1);
  });

  it('publishes a wrong checksum is read through REST instead', async () => {
    at.venues.faults.add({ kind: 'wrong-checksum', match: 'monthly/klines/ETHUSDT/1m' });
    at.venues.faults.add({ kind: 'wrong-checksum', match: 'daily/klines/ETHUSDT/1m' });
    const job = await at.wait((await at.order(fresh())).id);
    expect(job).toMatchObject({ status: 'succeeded', rows_fetched: ROWS });
    expect(await findings('checksum-mismatch')).toBe(6);
    expect(at.venues.requests.count('/api/v3/klines')).toBeGreaterThan(0);
  });

  it('lost a day in a monthly file is read from the daily file', async () => {
    at.venues.faults.add({ kind: 'drop-day', match: 'monthly/klines/ETHUSDT/1m' });
    const job = await at.wait((await at.order(fresh())).id);
    expect(job).toMatchObject({ status: 'succeeded', rows_fetched: ROWS });
  });

  it('publishes rows unsorted and twice yields each row once', async () => {
    at.venues.faults.add({ kind: 'unsorted', match: 'monthly/klines/ETHUSDT/1m' });
    at.venues.faults.add({ kind: 'conflict', match: 'monthly/klines/ETHUSDT/1m' });
    const job = await at.wait((await at.order(fresh())).id);
    expect(job).toMatchObject({ status: 'succeeded', rows_fetched: ROWS });
    expect(await findings('duplicate-conflict')).toBeGreaterThan(0);
  });

  it('cuts connections and answers 500 for a while is requested again', async () => {
    at.venues.faults.add({ kind: 'cut', match: '/data/', times: 2 });
    at.venues.faults.add({ kind: 'status', status: 500, match: '/data/', times: 2, skip: 2 });
    const job = await at.wait((await at.order(fresh())).id);
    expect(job).toMatchObject({ status: 'succeeded', rows_fetched: ROWS, failures: [] });
  });

  it('refuses the region fails the job with the remedy, and the archive still serves', async () => {
    at.venues.faults.add({ kind: 'status', status: 451, venue: 'binance-spot' });
    const archived = await at.wait((await at.order(fresh())).id);
    expect(archived).toMatchObject({ status: 'succeeded', rows_fetched: ROWS });
    at.venues.faults.add({ kind: 'not-found', match: '/data/' });
    const job = await at.wait((await at.order(fresh())).id);
    expect(job.status).toBe('failed');
    expect(job.failures[0]).toMatchObject({ code: 'region-refused' });
    expect(job.failures[0]!.message).toContain('GORDON_BINANCE_SPOT_URL');
  });

  it('bans the address gets no request from any worker until the ban ends', async () => {
    at.venues.faults.add({ kind: 'not-found', match: '/data/' });
    at.venues.faults.add({
      kind: 'status',
      status: 429,
      venue: 'binance-spot',
      times: 1,
      match: '/api/v3/klines',
      headers: { 'retry-after': '2' },
      body: '{"code":-1003,"msg":"Too much request weight used"}',
    });
    const since = at.venues.requests.all().length;
    const job = await at.wait((await at.order(fresh())).id);
    expect(job).toMatchObject({ status: 'succeeded', rows_fetched: ROWS });
    const requests = at.venues.requests
      .all()
      .slice(since)
      .filter((r) => r.line.includes('/api/v3/klines'));
    const refused = requests.findIndex((r) => r.status === 429);
    expect(requests[refused + 1]!.at - requests[refused]!.at).toBeGreaterThanOrEqual(2_000);
  });
});

describe('a job', () => {
  it('that is cancelled stops at the next checkpoint, keeps rows, and the next one does the rest', async () => {
    at.venues.faults.add({ kind: 'not-found', match: '/data/' });
    const slow = at.venues.faults.add({ kind: 'delay', ms: 150, match: '/api/v3/klines' });
    const order = fresh();
    const { id } = await at.order(order);
    await at.wait(id, (job) => job.rows_fetched > 0);
    expect(await at.ask(`/backfill/jobs/${id}`, { method: 'DELETE' })).toMatchObject({
      status: 200,
      body: { status: 'cancelled' },
    });
    const again = await at.ask(`/backfill/jobs/${id}`, { method: 'DELETE' });
    expect([again.status, again.body]).toEqual([200, { status: 'cancelled' }]);
    const cancelled = await at.wait(id, (job) => job.chunks.every((chunk) => chunk.state === 'cancelled'));
    expect(cancelled.rows_fetched).toBeGreaterThan(0);
    expect(cancelled.rows_fetched).toBeLessThan(ROWS);
    slow.remove();
    const rest = await at.wait((await at.order(order)).id);
    expect(rest).toMatchObject({ status: 'succeeded', rows_fetched: ROWS - cancelled.rows_fetched });
  });

  it('whose venue is unreachable reports it, and the next one completes it', async () => {
    const order = fresh();
    at.venues.faults.add({ kind: 'cut' });
    const job = await at.wait((await at.order(order)).id);
    expect(job.status).toBe('failed');
    expect(job.reason).toContain('chunks failed');
    const report = await at.ask<{ gaps: { cause: string; from: string; rows: number }[] }[]>(
      '/backfill/report?symbol=ETHUSDT',
    );
    const gap = report.body[0]!.gaps.find(({ from }) => Date.parse(from) === Date.parse(order.from));
    expect(gap).toMatchObject({
      cause: 'source-error',
      rows: ROWS,
      evidence: [{ code: 'connection-failed' }],
    });
    at.venues.faults.clear();
    expect(await at.wait((await at.order(order)).id)).toMatchObject({
      status: 'succeeded',
      rows_fetched: ROWS,
    });
  });

  it('keeps nothing of a page when a trigger swallows one of its rows, requests once and reports why', async () => {
    const order = fresh();
    const lost = new Date(Date.parse(order.from) + 60_000).toISOString();
    await at.sql.unsafe(`
      create function swallow() returns trigger language plpgsql as $$ begin
        if new.open_time = '${lost}' then return null; end if; return new; end $$;
      create trigger swallow before insert on market_data.spot_klines for each row execute function swallow()`);
    const before = at.venues.requests.count('/data/');
    const job = await at.wait((await at.order(order)).id);
    expect(job).toMatchObject({
      status: 'failed',
      rows_fetched: 0,
      failures: [{ code: 'broken-invariant' }],
    });
    // The file and its checksum.
    expect(at.venues.requests.count('/data/') - before).toBe(2);
    const gapOf = async () => {
      const { body } = await at.ask<
        { gaps: { from: string; cause: string; error: string; rows: number }[] }[]
      >('/backfill/report?symbol=ETHUSDT');
      return body[0]!.gaps.find(({ from }) => Date.parse(from) === Date.parse(order.from));
    };
    expect(await gapOf()).toMatchObject({
      cause: 'ours',
      rows: ROWS,
      error: expect.stringContaining(`${ROWS} rows in the account, and the server took ${ROWS - 1}`),
    });
    await at.sql`drop trigger swallow on market_data.spot_klines`;
    const again = await at.wait((await at.order(order)).id);
    expect(again).toMatchObject({ status: 'succeeded', rows_fetched: ROWS });
    expect(await gapOf()).toBeUndefined();
  });
});
