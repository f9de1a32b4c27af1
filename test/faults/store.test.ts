import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startForgotten } from '../../functions/core/jobs/start-forgotten.ts';
import { MINUTE } from '../../functions/core/time/time.ts';
import { type FaultHost, freshSlice, NO_DAILY_FILES, startFaultHost, until } from '../helpers/faults/host.ts';
import type { TableFault } from '../helpers/faults/table-proxy.ts';

/** The way to the database breaks, the job table is throttled: rows and ledger stay one, and the job goes on. */
let at: FaultHost;
beforeAll(async () => {
  at = await startFaultHost();
});
afterAll(() => at?.[Symbol.asyncDispose]());
afterEach(() => at.calm());

describe('a connection to the database that is cut', () => {
  it.each([
    ['at the first rows of a COPY', 0],
    ['in the middle of a COPY', 60_000],
  ])('%s leaves neither rows nor ledger behind', async (_what, afterBytes) => {
    const slice = freshSlice();
    const cut = at.wire.cutCopies(2, afterBytes);
    const job = await at.trigger(slice);
    expect([job.status, cut.hits]).toEqual(['succeeded', 2]);
    await at.recovers(slice, job);
  });

  it('in every COPY fails the job, which says so', async () => {
    const slice = freshSlice();
    at.wire.cutCopies(1_000);
    const job = await at.trigger(slice);
    expect([job.status, job.failures[0]!.code]).toEqual(['failed', 'database-unreachable']);
    const { before } = await at.recovers(slice, job);
    expect(before.rows).toBe(0);
  });

  it('before the answer to a COMMIT leaves rows that are counted once', async () => {
    const slice = freshSlice();
    at.venues.faults.add(NO_DAILY_FILES);
    const lost = at.wire.loseCommits(2);
    const job = await at.trigger(slice);
    expect([job.status, lost.hits]).toEqual(['succeeded', 2]);
    await at.recovers(slice, job);
  });

  it('with all its siblings, again and again, loses nothing', async () => {
    const slice = freshSlice(4);
    // No file of days or months: at least six pages.
    at.venues.faults.add({ kind: 'not-found', match: '/data/' });
    const slow = at.venues.faults.add({ kind: 'delay', ms: 100, match: '/api/v3/klines' });
    const { id } = await at.order(at.orderOf(slice));
    // Each time another page is on its way.
    for (let pages = 1; pages <= 4; pages++) {
      await until(() => slow.hits >= pages);
      at.wire.cutAll();
    }
    await at.recovers(slice, await at.settled(id));
  });
});

describe('a job table that', () => {
  it.each<[what: string, fault: TableFault, status: string]>([
    ['is throttled for a moment', { kind: 'throttled', times: 2 }, 'succeeded'],
    [
      'is throttled while chunks run',
      { kind: 'throttled', action: 'UpdateItem', holds: 'CHUNK#', times: 7 },
      'succeeded',
    ],
    [
      'fails while chunks run',
      { kind: 'server-error', action: 'UpdateItem', holds: 'CHUNK#', times: 7 },
      'succeeded',
    ],
    ['fails when budgets are read', { kind: 'server-error', holds: 'PARK#', times: 4 }, 'succeeded'],
    ['loses answers', { kind: 'lost-answer', action: 'UpdateItem', times: 5 }, 'succeeded'],
    ['loses the answer to a new job', { kind: 'lost-answer', action: 'PutItem', times: 1 }, 'succeeded'],
    ['does not answer', { kind: 'hang', action: 'UpdateItem', holds: 'CHUNK#', times: 1 }, 'succeeded'],
  ])('%s', async (_what, fault, status) => {
    const slice = freshSlice();
    at.venues.faults.add(NO_DAILY_FILES);
    // Whatever the host keeps in memory of the budgets is old by then.
    at.skip(10 * MINUTE);
    const struck = at.table.strike(fault);
    const job = await at.trigger(slice);
    expect([job.status, struck.hits > 0]).toEqual([status, true]);
    await at.recovers(slice, job);
  });

  it('loses the answer to a new job with a key gives that job, once', async () => {
    const slice = freshSlice();
    at.table.strike({ kind: 'lost-answer', action: 'PutItem', times: 1 });
    const key = { 'idempotency-key': `order-${slice.from}` };
    const job = await at.order(at.orderOf(slice), key);
    expect((await at.order(at.orderOf(slice), key)).id).toBe(job.id);
    expect((await at.settled(job.id)).status).toBe('succeeded');
    await at.recovers(slice, job);
  });

  it('loses every answer to a new job leaves one that the next refresh starts', async () => {
    const slice = freshSlice();
    at.table.strike({ kind: 'lost-answer', action: 'PutItem', holds: '"JOB#', times: 4 });
    const body = JSON.stringify(at.orderOf(slice));
    expect((await at.ask('/backfill', { method: 'POST', body })).status).toBe(503);
    const { jobs } = await at.host.services.jobs.list({ statuses: ['queued'], limit: 2 });
    expect(jobs.length).toBe(1);
    at.skip(3 * MINUTE);
    expect(await startForgotten(at.host.services)).toEqual([jobs[0]!.id]);
    expect((await at.settled(jobs[0]!.id)).status).toBe('succeeded');
    await at.recovers(slice, await at.settled(jobs[0]!.id));
  });

  it('fails for longer than a state is patient ends the job, and says so', async () => {
    const slice = freshSlice();
    at.table.strike({ kind: 'server-error', action: 'UpdateItem', times: 22 });
    const job = await at.trigger(slice);
    expect([job.status, job.reason]).toEqual(['failed', expect.stringContaining('job table')]);
    await at.recovers(slice, job);
  });

  it('is throttled when an order comes refuses it, and keeps no half of a job', async () => {
    const slice = freshSlice();
    at.table.strike({ kind: 'throttled', action: 'PutItem', times: 4 });
    const body = JSON.stringify(at.orderOf(slice));
    expect(await at.ask('/backfill', { method: 'POST', body })).toMatchObject({
      status: 503,
      body: { code: 'job-table-failed' },
    });
    await at.recovers(slice);
  });
});
