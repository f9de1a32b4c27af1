import { describe, expect, it } from 'vitest';
import { BudgetExhausted, type GordonError } from '../../../functions/core/errors/errors.ts';
import { withCode } from '../../../functions/core/jobs/caught.ts';
import { fetchChunk } from '../../../functions/core/jobs/fetch-chunk.ts';
import { planWave } from '../../../functions/core/jobs/plan-wave.ts';
import { recordChunkFailure } from '../../../functions/core/jobs/record-chunk-failure.ts';
import { refreshTails } from '../../../functions/core/schedules/refresh.ts';
import type { Series } from '../../../functions/core/series/series.ts';
import { HOUR, SECOND } from '../../../functions/core/time/time.ts';
import { AAA, NOW, type World, worldOf } from '../world.ts';
import { FRESH, venueError } from './planned-chunk.ts';

const BBB = { ...AAA, symbol: 'BBB' };
const CCC = { ...AAA, symbol: 'CCC' };
const ALL = [AAA, BBB, CCC];
const LABEL = 'plain AAA+2 1h 2025-06';

/** A job of the last five hours of three symbols, with its first wave planned: one chunk. */
async function sharing() {
  const world = worldOf([{ id: 'plain', archives: [] }]);
  world.market.list('CCC', { listedAt: Date.UTC(2020, 0) });
  const job = await world.newJob({ symbols: ['AAA', 'BBB', 'CCC'], from: NOW - 5 * HOUR, to: NOW });
  const { chunks } = await planWave(world.ports, { jobId: job.id, wave: 1, previousMissing: -1 });
  const [chunk] = chunks;
  const fetch = (resume = FRESH) =>
    fetchChunk(world.ports, { jobId: job.id, wave: 1, chunk: chunk!, resume });
  const progress = async () => (await world.ports.jobs.chunks(job.id))[0]!;
  const rows = () => ALL.map((series) => world.warehouse.rows.count(series));
  return { world, id: job.id, chunks, chunk: chunk!, fetch, progress, rows };
}

const errorsOf = async (world: World, series: Series) => {
  const reports = await world.ports.catalog.report({ symbols: [series.symbol] });
  return reports.flatMap(({ gaps }) => gaps.map(({ cause, error }) => [cause, error]));
};

/** Fails the requests for a symbol's rows. */
const fail = (world: World, symbol: string, error: Error, times?: number) =>
  world.venue.disturb({
    match: new RegExp(`/rest/plain/${symbol}/`),
    becomes: { kind: 'error', error },
    ...(times !== undefined && { times }),
  });

describe('a chunk that several series share', () => {
  it('fetches each of them and commits them together', async () => {
    const { world, id, chunks, fetch, progress, rows } = await sharing();
    expect(chunks).toMatchObject([{ label: LABEL, symbol: 'AAA', others: ['BBB', 'CCC'] }]);
    let commits = 0;
    const { commit } = world.ports.store;
    Object.assign(world.ports.store, {
      commit: (...args: Parameters<typeof commit>) => {
        commits += 1;
        return commit(...args);
      },
    });
    expect(await fetch()).toMatchObject({ outcome: 'done', rows: 15, leftMs: 0 });
    expect([rows(), commits]).toEqual([[5, 5, 5], 1]);
    expect(await progress()).toMatchObject({
      state: 'done',
      totalMs: 15 * HOUR,
      leftMs: 0,
      rows: 15,
      requests: 3,
    });
    expect(await world.ports.store.rowsBy(id, LABEL)).toBe(15);
    for (const { object } of world.warehouse.book(BBB).spans) expect(object).toContain('/BBB/');
    expect(await fetch()).toMatchObject({ outcome: 'done', rows: 15 });
    expect(world.venue.calls).toHaveLength(3);
  });

  it('stores the others when one fails, gives that one its own error, and is worth a retry', async () => {
    const { world, fetch, progress, rows } = await sharing();
    fail(world, 'BBB', venueError('RetryableVenueError', 'venue-broken'), 1);
    const error = (await fetch().catch((thrown: unknown) => thrown)) as GordonError;
    expect(error).toMatchObject({ name: 'RetryableVenueError', code: 'series-failed' });
    expect(error.message).toContain('1 of 3 series of the chunk failed');
    expect([rows(), await errorsOf(world, AAA), await errorsOf(world, CCC)]).toEqual([[5, 0, 5], [], []]);
    expect(await errorsOf(world, BBB)).toEqual([['source-error', expect.stringContaining('/x: no.')]]);
    expect(await progress()).toMatchObject({ state: 'running', rows: 10, leftMs: 5 * HOUR });
    expect(await fetch()).toMatchObject({ outcome: 'done', rows: 15, leftMs: 0 });
    expect([rows(), await errorsOf(world, BBB)]).toEqual([[5, 5, 5], []]);
    // The others were not requested again.
    expect(world.venue.calls).toHaveLength(4);
  });

  it('waits as a whole when the budget is spent, and keeps what it has', async () => {
    const { world, fetch, rows } = await sharing();
    fail(world, 'CCC', new BudgetExhausted('synthetic', NOW + 20 * SECOND, 'spent'));
    expect(await fetch()).toMatchObject({ outcome: 'wait', waitSeconds: 20, rows: 10, leftMs: 5 * HOUR });
    expect([rows(), await errorsOf(world, CCC)]).toEqual([[5, 5, 0], [['ours', undefined]]]);
    world.venue.calm();
    expect(await fetch()).toMatchObject({ outcome: 'done', rows: 15 });
  });

  it('commits the others when the rows of one do not agree with its account', async () => {
    const { world, fetch, rows } = await sharing();
    const { commit } = world.ports.store;
    Object.assign(world.ports.store, {
      commit: async (...[pages, by]: Parameters<typeof commit>) => {
        if (pages.some(({ series }) => series.symbol === 'BBB'))
          throw venueError('PermanentError', 'overclaimed-span');
        return commit(pages, by);
      },
    });
    await expect(fetch()).rejects.toMatchObject({ name: 'PermanentError', code: 'series-failed' });
    expect([rows(), await errorsOf(world, AAA), await errorsOf(world, CCC)]).toEqual([[5, 0, 5], [], []]);
    expect(await errorsOf(world, BBB)).toEqual([['ours', expect.stringContaining('/x: no.')]]);
  });

  it('stops between commits when the job is cancelled', async () => {
    const { world, id, fetch, rows } = await sharing();
    fail(world, 'CCC', venueError('RetryableVenueError', 'venue-broken'));
    await world.ports.jobs.cancel(id);
    expect(await fetch()).toMatchObject({ outcome: 'cancelled' });
    expect([rows(), world.venue.calls]).toEqual([[0, 0, 0], []]);
  });
});

describe('the failure of a shared chunk', () => {
  const record = (
    { world, id, chunk }: Awaited<ReturnType<typeof sharing>>,
    error: { Error: string; Cause: string },
  ) => recordChunkFailure(world.ports, { jobId: id, wave: 1, chunk, error });

  it('leaves the errors of its series as they are', async () => {
    const at = await sharing();
    fail(at.world, 'BBB', venueError('RetryableVenueError', 'venue-broken'));
    await expect(at.fetch()).rejects.toMatchObject({ code: 'series-failed' });
    const before = await errorsOf(at.world, BBB);
    await record(at, { Error: 'RetryableVenueError', Cause: withCode('series-failed', '1 of 3 series') });
    expect(await errorsOf(at.world, BBB)).toEqual(before);
    expect(await errorsOf(at.world, CCC)).toEqual([]);
    expect(await at.progress()).toMatchObject({
      state: 'failed',
      rows: 10,
      error: { code: 'series-failed' },
    });
  });

  it('of all of them is noted with each series that lacks rows still, and with no other', async () => {
    const at = await sharing();
    fail(at.world, 'CCC', new BudgetExhausted('synthetic', NOW + 20 * SECOND, 'spent'));
    await at.fetch();
    await record(at, { Error: 'States.Timeout', Cause: 'it took too long' });
    expect(await errorsOf(at.world, AAA)).toEqual([]);
    expect(await errorsOf(at.world, CCC)).toEqual([['ours', 'it took too long']]);
    expect(await at.progress()).toMatchObject({ state: 'failed', rows: 10 });
  });

  it('that no retry mends takes it apart: the others are fetched, and the job names the one that failed', async () => {
    const at = await sharing();
    const { world, id } = at;
    fail(world, 'BBB', venueError('PermanentError', 'venue-refused'));
    fail(world, 'CCC', new BudgetExhausted('synthetic', NOW, 'spent'), 1);
    await at.fetch();
    await expect(at.fetch()).rejects.toMatchObject({ name: 'PermanentError', code: 'series-failed' });
    world.warehouse.rows.lose(AAA, [{ start: NOW - 2 * HOUR, end: NOW - HOUR }]);
    await world.ports.catalog.reconcile(AAA, { start: NOW - 5 * HOUR, end: NOW });
    await record(at, { Error: 'PermanentError', Cause: withCode('series-failed', '1 of 3 series') });
    const next = await planWave(world.ports, { jobId: id, wave: 2, previousMissing: 15 * HOUR });
    expect(next.chunks.map(({ label }) => label)).toEqual(['plain AAA 1h 2025-06', 'plain BBB 1h 2025-06']);
  });
});

describe('the job of a schedule', () => {
  it('requests the newest steps of all symbols in one chunk, and counts no row again', async () => {
    const world = worldOf([{ id: 'plain', archives: [], settleMs: HOUR }]);
    for (const series of [AAA, BBB])
      await world.ports.catalog.request(series, { start: NOW - 3 * HOUR, end: NOW });
    let counts = 0;
    const { reconcile } = world.ports.catalog;
    Object.assign(world.ports.catalog, {
      reconcile: (...args: Parameters<typeof reconcile>) => {
        counts += 1;
        return reconcile(...args);
      },
    });
    const [id] = await refreshTails(world.ports);
    expect(await world.ports.jobs.get(id!)).toMatchObject({ scheduled: true, symbols: ['AAA', 'BBB'] });
    expect(await world.runJob(id!)).toMatchObject({ status: 'succeeded', rows: 6 });
    expect((await world.ports.jobs.chunks(id!)).map(({ label }) => label)).toEqual([
      'plain AAA+1 1h 2025-06',
    ]);
    expect(counts).toBe(0);
  });
});
