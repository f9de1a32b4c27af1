import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { auditGaps } from '../../functions/core/schedules/audit.ts';
import { refreshTails } from '../../functions/core/schedules/refresh.ts';
import { DAY, iso, MINUTE } from '../../functions/core/time/time.ts';
import { type FaultHost, freshSlice, startFaultHost, until } from '../helpers/faults/host.ts';

/** A job can be cancelled whatever it is at; what it wrote stays, and nothing revives it. */
let at: FaultHost;
beforeAll(async () => {
  at = await startFaultHost();
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
    const lot = freshSlice();
    const held = at.hold(handler, when);
    const { id } = await at.order(at.orderOf(lot));
    await held.reached;
    expect((await at.wait(id, () => true)).status).toBe(status);
    expect(await at.cancel(id)).toBe('cancelled');
    held.release();
    const job = await at.settled(id);
    expect([job.status, job.rows_fetched]).toEqual(['cancelled', handler === 'finalize-job' ? 1_440 : 0]);
    await at.recovers(lot, job);
  });

  it('while it fetches stops at the next page', async () => {
    const lot = freshSlice(3);
    byPages();
    at.venues.faults.add({ kind: 'delay', ms: 80, match: PAGES });
    const { id } = await at.order(at.orderOf(lot));
    await at.wait(id, ({ rows_fetched }) => rows_fetched > 0);
    expect(await at.cancel(id)).toBe('cancelled');
    const job = await at.settled(id);
    expect([job.status, job.rows_fetched > 0, job.rows_fetched < 4_320]).toEqual(['cancelled', true, true]);
    expect(job.chunks.map(({ state }) => state)).toEqual(['cancelled']);
    await at.recovers(lot, job);
  });

  it('while a page is being committed keeps the page', async () => {
    const lot = freshSlice();
    byPages();
    const { id } = await at.order(at.orderOf(lot));
    await until(async () => (await at.sql`select from market_data.coverage where job_id = ${id}`).length > 0);
    await at.cancel(id);
    await at.recovers(lot, await at.settled(id));
  });

  it.each([
    ['for its budget', 429],
    ['for a parked venue', 418],
  ])('while it waits %s', async (_what, status) => {
    const lot = freshSlice();
    byPages();
    shorten(1);
    const headers = status === 429 ? { 'retry-after': '20' } : { 'retry-after': '600' };
    at.venues.faults.add({ kind: 'status', status, headers, match: PAGES, skip: 1, times: 1 });
    const { id } = await at.order(at.orderOf(lot));
    await chunkIs(id, 'waiting');
    expect(await at.cancel(id)).toBe('cancelled');
    const job = await at.settled(id);
    expect([job.status, job.rows_fetched]).toEqual(['cancelled', 1_000]);
    // The park is the venue's and outlives the job.
    at.skip(11 * MINUTE);
    await at.recovers(lot, job);
  });

  it('when it has ended stays as it is', async () => {
    const lot = freshSlice();
    const job = await at.trigger(lot);
    const answer = await at.ask(`/backfill/jobs/${job.id}`, { method: 'DELETE' });
    expect(answer).toMatchObject({ status: 409, body: { code: 'job-finished' } });
    expect((await at.settled(job.id)).status).toBe('succeeded');
    await at.recovers(lot, job);
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

  it('is no gap, at once and after its end, and is ordered anew by the next order', async () => {
    const lot = own('BTCUSDT', 3);
    byPages();
    at.venues.faults.add({ kind: 'delay', ms: 80, match: PAGES });
    const { id } = await at.order(at.orderOf(lot));
    await at.wait(id, ({ rows_fetched }) => rows_fetched > 0);
    await at.cancel(id);
    expect((await reportOf(lot.symbol)).flatMap(({ gaps }) => gaps)).toEqual([]);
    const job = await at.settled(id);
    const [row] = await reportOf(lot.symbol);
    const end = lot.from + job.rows_fetched * MINUTE;
    expect([row!.gaps, row!.requested]).toEqual([[], [{ from: iso(lot.from), to: iso(end) }]]);
    at.calm();
    const next = await at.trigger(lot);
    expect([next.status, next.rows_fetched]).toEqual(['succeeded', 4_320 - job.rows_fetched]);
    expect((await reportOf(lot.symbol))[0]!.requested).toEqual([{ from: iso(lot.from), to: iso(lot.to) }]);
  });

  it('stays where another job at work wants it too', async () => {
    const lot = own('SOLUSDT', 3);
    byPages();
    at.venues.faults.add({ kind: 'delay', ms: 80, match: PAGES });
    const late = { ...lot, from: lot.from + 2 * DAY };
    const one = await at.order(at.orderOf(lot));
    await at.wait(one.id, ({ chunks }) => chunks.length > 0);
    const two = await at.order(at.orderOf(late));
    await at.wait(two.id, ({ chunks }) => chunks.length > 0);
    await at.cancel(one.id);
    const job = await at.settled(two.id);
    expect(job.status).toBe('succeeded');
    await at.settled(one.id);
    const [row] = await reportOf(lot.symbol);
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
    const lot = { ...freshSlice(), symbol: 'XRPUSDT' };
    await at.trigger(lot);
    const { catalog } = at.host.services;
    const series = { source: lot.source, symbol: lot.symbol, timeframe: '1m' } as const;
    await catalog.request(series, { start: lot.from, end: lot.to + DAY });
    const query = `source=klines_spot&symbol=${lot.symbol}`;
    const listed = async () => (await at.ask<Listed[]>(`/backfill/series?${query}`)).body;
    const gapsOf = async () => (await catalog.report({ symbols: [lot.symbol] }))[0]!.gaps;
    expect([(await listed())[0]!.followed, (await gapsOf()).length]).toEqual([true, 1]);
    const path = `/backfill/series?source=klines_spot&symbols=${lot.symbol}`;
    expect(await at.ask(path, { method: 'DELETE' })).toMatchObject({
      status: 200,
      body: { unfollowed: [series] },
    });
    expect([await listed(), await gapsOf()]).toMatchObject([[{ followed: false, every_seconds: null }], []]);
    const [rows] =
      await at.sql`select count(*)::int as n from market_data.spot_klines where symbol = ${lot.symbol}`;
    expect(rows!.n).toBe(1_440);
    const made = [...(await refreshTails(at.host.services)), ...(await auditGaps(at.host.services))!.jobs];
    const jobs = await Promise.all(made.map((id) => at.settled(id)));
    expect(jobs.flatMap(({ symbols }) => symbols)).not.toContain(lot.symbol);
    const later = { ...lot, from: lot.to, to: lot.to + DAY };
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
    const lot = { ...freshSlice(2), symbol: 'ADAUSDT' };
    await at.trigger(lot);
    const refused = {
      status: 400,
      body: { code: 'purge-unconfirmed', remedy: expect.stringContaining('confirm=ADAUSDT') },
    };
    expect(await remove(lot.symbol, '&purge=true')).toMatchObject(refused);
    expect(await remove(lot.symbol, '&purge=true&confirm=true')).toMatchObject(refused);
    expect(await rowsOf(lot.symbol)).toBe(2_880);
    const series = { source: 'klines_spot', symbol: lot.symbol, timeframe: '1m' };
    expect(await remove(lot.symbol, '&purge=true&confirm=ADAUSDT')).toMatchObject({
      status: 200,
      body: { unfollowed: [series], purged: [{ ...series, rows: 2_880, done: true }] },
    });
    const spans = await at.sql`select from market_data.coverage where symbol = ${lot.symbol}`;
    expect([await rowsOf(lot.symbol), spans.length]).toEqual([0, 0]);
    expect((await at.ask(`/backfill/series?symbol=${lot.symbol}`)).body).toEqual([]);
    const again = await at.trigger(lot);
    expect([again.status, again.rows_fetched]).toEqual(['succeeded', 2_880]);
    await at.recovers(lot, again);
  });

  it('is not touched while a job is at work on it, which is named', async () => {
    const lot = { ...freshSlice(), symbol: 'ADAUSDT' };
    await at.trigger(lot);
    const before = await rowsOf(lot.symbol);
    const held = at.hold('plan-wave', 'before');
    const later = { ...lot, from: lot.to, to: lot.to + DAY };
    const { id } = await at.order(at.orderOf(later));
    await held.reached;
    expect(await remove(lot.symbol, '&purge=true&confirm=ADAUSDT')).toMatchObject({
      status: 409,
      body: {
        code: 'series-at-work',
        detail: expect.stringContaining(`job ${id} is at work`),
        remedy: expect.stringContaining(`gordon-data backfill cancel ${id}`),
      },
    });
    expect(await rowsOf(lot.symbol)).toBe(before);
    await at.cancel(id);
    expect(await remove(lot.symbol, '&purge=true&confirm=ADAUSDT')).toMatchObject({ status: 200 });
    held.release();
    // What the cancelled job still had in hand stays out.
    expect([(await at.settled(id)).status, await rowsOf(lot.symbol)]).toEqual(['cancelled', 0]);
  });
});
