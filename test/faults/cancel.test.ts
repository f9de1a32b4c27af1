import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { auditGaps } from '../../functions/core/schedules/audit.ts';
import { refreshTails } from '../../functions/core/schedules/refresh.ts';
import { DAY, iso, MINUTE } from '../../functions/core/time/time.ts';
import { type FaultHost, freshSlice, startFaultHost, until } from '../helpers/faults/host.ts';

/** A job can be cancelled whatever it is at; what it wrote stays, and nothing revives it. */
let at: FaultHost;
beforeAll(async () => {
  at = await startFaultHost({ tableInMemory: true });
});
afterAll(() => at?.[Symbol.asyncDispose]());
afterEach(() => at.calm());

const PAGES = '/api/v3/klines';
const byPages = (): void => void at.venues.faults.add({ kind: 'not-found', match: '/data/' });
const chunkIs = async (id: string, state: string): Promise<void> => {
  await at.wait(id, ({ chunks }) => chunks.some((chunk) => chunk.state === state));
};
/** A Wait of the state machine takes this long instead: long enough to cancel in, short enough to see its end. */
const shorten = (seconds: number): void => {
  at.around = async (_handler, event, invoke) => {
    const answer = (await invoke(event)) as { waitSeconds?: number };
    return answer.waitSeconds ? { ...answer, waitSeconds: seconds } : answer;
  };
};

describe('a job that is cancelled', () => {
  it.each([
    ['while it is queued', 'plan-wave', 'before', 'queued'],
    ['when it has been planned', 'plan-wave', 'after', 'running'],
    ['before a fetcher begins', 'fetch-chunk', 'before', 'running'],
    ['before it is finalized', 'finalize-job', 'before', 'running'],
  ] as const)('%s', async (_what, handler, when, status) => {
    const slice = freshSlice();
    const held = at.hold(handler, when);
    const { id } = await at.order(at.orderOf(slice));
    await held.reached;
    expect((await at.wait(id, () => true)).status).toBe(status);
    expect(await at.cancel(id)).toBe('cancelled');
    held.release();
    const job = await at.settled(id);
    expect([job.status, job.rows_fetched]).toEqual(['cancelled', handler === 'finalize-job' ? 1_440 : 0]);
    await at.recovers(slice, job);
  });

  it('while it fetches stops at the next page', async () => {
    const slice = freshSlice(3);
    byPages();
    at.venues.faults.add({ kind: 'delay', ms: 80, match: PAGES });
    const { id } = await at.order(at.orderOf(slice));
    await at.wait(id, ({ rows_fetched }) => rows_fetched > 0);
    expect(await at.cancel(id)).toBe('cancelled');
    const job = await at.settled(id);
    expect([job.status, job.rows_fetched > 0, job.rows_fetched < 4_320]).toEqual(['cancelled', true, true]);
    expect(job.chunks.map(({ state }) => state)).toEqual(['cancelled']);
    await at.recovers(slice, job);
  });

  it('while a page is being committed keeps the page', async () => {
    const slice = freshSlice();
    byPages();
    const { id } = await at.order(at.orderOf(slice));
    await until(async () => (await at.sql`select from market_data.coverage where job_id = ${id}`).length > 0);
    await at.cancel(id);
    await at.recovers(slice, await at.settled(id));
  });

  it.each([
    ['for its budget', 429],
    ['for a venue that cools down', 418],
  ])('while it waits %s', async (_what, status) => {
    const slice = freshSlice();
    byPages();
    shorten(1);
    const headers = status === 429 ? { 'retry-after': '20' } : { 'retry-after': '600' };
    at.venues.faults.add({ kind: 'status', status, headers, match: PAGES, skip: 1, times: 1 });
    const { id } = await at.order(at.orderOf(slice));
    await chunkIs(id, 'waiting');
    expect(await at.cancel(id)).toBe('cancelled');
    const job = await at.settled(id);
    expect([job.status, job.rows_fetched]).toEqual(['cancelled', 1_000]);
    // The cooldown belongs to the venue and outlives the job.
    at.skip(11 * MINUTE);
    await at.recovers(slice, job);
  });

  it('when it has ended stays as it is', async () => {
    const slice = freshSlice();
    const job = await at.trigger(slice);
    const answer = await at.ask(`/backfill/jobs/${job.id}`, { method: 'DELETE' });
    expect(answer).toMatchObject({ status: 409, body: { code: 'job-finished' } });
    expect((await at.settled(job.id)).status).toBe('succeeded');
    await at.recovers(slice, job);
  });
});

describe('what only a cancelled job wanted', () => {
  interface Row {
    readonly symbol: string;
    readonly requested: readonly { readonly from: string; readonly to: string }[];
    readonly gaps: readonly unknown[];
  }
  /** A symbol that no other job of this file is about. */
  const own = (symbol: string, days: number) => ({ ...freshSlice(days), symbol });
  const reportOf = async (symbol: string): Promise<Row[]> =>
    (await at.ask<Row[]>(`/backfill/report?source=klines_spot&symbol=${symbol}`)).body;

  it('is not a gap, at once and after its end, and is ordered anew by the next order', async () => {
    const slice = own('BTCUSDT', 3);
    byPages();
    at.venues.faults.add({ kind: 'delay', ms: 80, match: PAGES });
    const { id } = await at.order(at.orderOf(slice));
    await at.wait(id, ({ rows_fetched }) => rows_fetched > 0);
    await at.cancel(id);
    expect((await reportOf(slice.symbol)).flatMap(({ gaps }) => gaps)).toEqual([]);
    const job = await at.settled(id);
    const [row] = await reportOf(slice.symbol);
    const end = slice.from + job.rows_fetched * MINUTE;
    expect([row!.gaps, row!.requested]).toEqual([[], [{ from: iso(slice.from), to: iso(end) }]]);
    at.calm();
    const next = await at.trigger(slice);
    expect([next.status, next.rows_fetched]).toEqual(['succeeded', 4_320 - job.rows_fetched]);
    expect((await reportOf(slice.symbol))[0]!.requested).toEqual([
      { from: iso(slice.from), to: iso(slice.to) },
    ]);
  });

  it('stays where another job at work wants it too', async () => {
    const slice = own('SOLUSDT', 3);
    byPages();
    at.venues.faults.add({ kind: 'delay', ms: 80, match: PAGES });
    const late = { ...slice, from: slice.from + 2 * DAY };
    const one = await at.order(at.orderOf(slice));
    await at.wait(one.id, ({ chunks }) => chunks.length > 0);
    const two = await at.order(at.orderOf(late));
    await at.wait(two.id, ({ chunks }) => chunks.length > 0);
    await at.cancel(one.id);
    const job = await at.settled(two.id);
    expect(job.status).toBe('succeeded');
    await at.settled(one.id);
    const [row] = await reportOf(slice.symbol);
    expect([row!.gaps, row!.requested.at(-1)]).toEqual([[], expect.objectContaining({ to: iso(late.to) })]);
    expect(Date.parse(row!.requested.at(-1)!.from)).toBeLessThanOrEqual(late.from);
  });
});

describe('a series that is unfollowed', () => {
  interface Listed {
    readonly followed: boolean;
    readonly every_seconds: number | null;
  }
  it('keeps its rows, has no gaps, and is ordered by nobody until somebody does', async () => {
    const slice = { ...freshSlice(), symbol: 'XRPUSDT' };
    await at.trigger(slice);
    const { catalog } = at.host.services;
    const series = { source: slice.source, symbol: slice.symbol, timeframe: '1m' } as const;
    await catalog.request(series, { start: slice.from, end: slice.to + DAY });
    const query = `source=klines_spot&symbol=${slice.symbol}`;
    const listed = async () => (await at.ask<Listed[]>(`/backfill/series?${query}`)).body;
    const gapsOf = async () => (await catalog.report({ symbols: [slice.symbol] }))[0]!.gaps;
    expect([(await listed())[0]!.followed, (await gapsOf()).length]).toEqual([true, 1]);
    const path = `/backfill/series?source=klines_spot&symbols=${slice.symbol}`;
    expect(await at.ask(path, { method: 'DELETE' })).toMatchObject({
      status: 200,
      body: { unfollowed: [series] },
    });
    expect([await listed(), await gapsOf()]).toMatchObject([[{ followed: false, every_seconds: null }], []]);
    const [rows] =
      await at.sql`select count(*)::int as n from market_data.spot_klines where symbol = ${slice.symbol}`;
    expect(rows!.n).toBe(1_440);
    const made = [...(await refreshTails(at.host.services)), ...(await auditGaps(at.host.services))!.jobs];
    const jobs = await Promise.all(made.map((id) => at.settled(id)));
    expect(jobs.flatMap(({ symbols }) => symbols)).not.toContain(slice.symbol);
    const later = { ...slice, from: slice.to, to: slice.to + DAY };
    expect((await at.trigger(later)).status).toBe('succeeded');
    expect((await listed())[0]!.followed).toBe(true);
  });
});

describe('a series that is purged', () => {
  const path = (symbol: string, more = ''): string =>
    `/backfill/series?source=klines_spot&symbols=${symbol}${more}`;
  const remove = (symbol: string, more: string) => at.ask(path(symbol, more), { method: 'DELETE' });
  const rowsOf = async (symbol: string): Promise<number> =>
    (await at.sql`select count(*)::int as n from market_data.spot_klines where symbol = ${symbol}`)[0]!
      .n as number;

  it('loses its rows and its account only when that is confirmed, and a new order loads it anew', async () => {
    const slice = { ...freshSlice(2), symbol: 'ADAUSDT' };
    await at.trigger(slice);
    const refused = {
      status: 400,
      body: { code: 'purge-unconfirmed', remedy: expect.stringContaining('confirm=ADAUSDT') },
    };
    expect(await remove(slice.symbol, '&purge=true')).toMatchObject(refused);
    expect(await remove(slice.symbol, '&purge=true&confirm=true')).toMatchObject(refused);
    expect(await rowsOf(slice.symbol)).toBe(2_880);
    const series = { source: 'klines_spot', symbol: slice.symbol, timeframe: '1m' };
    expect(await remove(slice.symbol, '&purge=true&confirm=ADAUSDT')).toMatchObject({
      status: 200,
      body: { unfollowed: [series], purged: [{ ...series, rows: 2_880, done: true }] },
    });
    const spans = await at.sql`select from market_data.coverage where symbol = ${slice.symbol}`;
    expect([await rowsOf(slice.symbol), spans.length]).toEqual([0, 0]);
    expect((await at.ask(`/backfill/series?symbol=${slice.symbol}`)).body).toEqual([]);
    const again = await at.trigger(slice);
    expect([again.status, again.rows_fetched]).toEqual(['succeeded', 2_880]);
    await at.recovers(slice, again);
  });

  it('is not touched while a job is at work on it, which is named', async () => {
    const slice = { ...freshSlice(), symbol: 'ADAUSDT' };
    await at.trigger(slice);
    const before = await rowsOf(slice.symbol);
    const held = at.hold('plan-wave', 'before');
    const later = { ...slice, from: slice.to, to: slice.to + DAY };
    const { id } = await at.order(at.orderOf(later));
    await held.reached;
    expect(await remove(slice.symbol, '&purge=true&confirm=ADAUSDT')).toMatchObject({
      status: 409,
      body: {
        code: 'series-at-work',
        detail: expect.stringContaining(`job ${id} is at work`),
        remedy: expect.stringContaining(`gordon-data backfill cancel ${id}`),
      },
    });
    expect(await rowsOf(slice.symbol)).toBe(before);
    await at.cancel(id);
    expect(await remove(slice.symbol, '&purge=true&confirm=ADAUSDT')).toMatchObject({ status: 200 });
    held.release();
    // What the cancelled job still had in hand stays out.
    expect([(await at.settled(id)).status, await rowsOf(slice.symbol)]).toEqual(['cancelled', 0]);
  });
});
