import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JOB_STATUSES, type JobOrder, originOf } from '../../functions/core/jobs/job.ts';
import type { JobFilter, JobStore } from '../../functions/core/jobs/ports.ts';
import type { PlannedChunk } from '../../functions/core/ledger/plan.ts';
import { DAY, MINUTE, SECOND } from '../../functions/core/time/time.ts';
import type { JobTableUnderTest, MakeJobTable } from './job-table.ts';

export const order: JobOrder = {
  source: 'klines',
  sources: ['klines_spot'],
  symbols: ['BTCUSDT'],
  skipped: [],
  timeframe: '1m',
  from: Date.UTC(2025, 0),
  to: Date.UTC(2025, 1),
  alsoRequested: false,
};
export const planned = (label: string, ms = DAY): PlannedChunk => ({
  chunk: { source: 'klines_spot', symbol: 'BTCUSDT', timeframe: '1m', label, start: 0, end: ms },
  missing: [{ start: 0, end: ms }],
});

const T0 = Date.UTC(2025, 5, 1);
const SERIES = { source: 'macro_fred', symbol: 'DFF', timeframe: '1d' } as const;
const chunk = (year: string) => ({ ...SERIES, label: `macro_fred DFF 1d ${year}`, start: 0, end: 9 });

/** What every store of jobs does. */
export function describeJobStore(makeTable: MakeJobTable): void {
  let table: JobTableUnderTest;
  let jobs: JobStore;
  beforeAll(async () => {
    table = await makeTable();
    jobs = table.jobs;
  });
  afterAll(() => table[Symbol.asyncDispose]());

  const make = async (): Promise<string> => (await jobs.create(order)).job.id;

  describe('a job', () => {
    it('comes back as it was entered', async () => {
      const { job, created } = await jobs.create(order);
      expect(created).toBe(true);
      expect(await jobs.get(job.id)).toEqual({
        ...order,
        id: job.id,
        status: 'queued',
        createdAt: table.now,
        wave: 0,
        rows: 0,
      });
      expect(await jobs.get('01JD0000000000000000000000')).toBeUndefined();
    });

    it('keeps that a schedule ordered it, and which', async () => {
      const { job } = await jobs.create({ ...order, scheduled: true, audit: true });
      expect(await jobs.get(job.id)).toMatchObject({ scheduled: true, audit: true });
      expect(await jobs.get(await make())).not.toHaveProperty('audit');
    });

    it('goes from queued to running to its end, and no further', async () => {
      const id = await make();
      table.now += MINUTE;
      const started = await jobs.start(id, 1);
      expect(started).toMatchObject({ status: 'running', wave: 1, startedAt: table.now });
      table.now += MINUTE;
      expect(await jobs.start(id, 2)).toMatchObject({ wave: 2, startedAt: started.startedAt });
      const ended = await jobs.finish(id, { status: 'completed_with_gaps', rows: 7, reason: 'why' });
      expect(ended).toMatchObject({
        status: 'completed_with_gaps',
        rows: 7,
        reason: 'why',
        finishedAt: table.now,
      });
      expect((await jobs.start(id, 3)).status).toBe('completed_with_gaps');
      expect((await jobs.finish(id, { status: 'failed', rows: 0 })).status).toBe('completed_with_gaps');
      await expect(jobs.cancel(id)).rejects.toMatchObject({ code: 'job-finished', status: 409 });
    });

    it('is in a phase from when it enters it until the next wave or its end', async () => {
      const id = await make();
      await jobs.start(id, 1);
      expect(await jobs.get(id)).not.toHaveProperty('phase');
      expect(await jobs.start(id, 1, 'counting rows')).toMatchObject({ phase: 'counting rows' });
      table.now += MINUTE;
      await jobs.enterPhase(id, 'refreshing aggregates 1 of 6');
      const at = table.now;
      table.now += MINUTE;
      expect(await jobs.get(id)).toMatchObject({ phase: 'refreshing aggregates 1 of 6', phaseAt: at });
      expect(await jobs.start(id, 2)).not.toHaveProperty('phase');
      await jobs.enterPhase(id, 'counting rows');
      expect(await jobs.finish(id, { status: 'succeeded', rows: 0 })).not.toHaveProperty('phase');
      await jobs.enterPhase(id, 'counting rows');
      expect(await jobs.get(id)).not.toHaveProperty('phase');
      expect(await jobs.get(id)).not.toHaveProperty('phaseAt');
    });

    it('stays cancelled whatever its fetchers still store, and counts their rows', async () => {
      const id = await make();
      await jobs.start(id, 1);
      expect((await jobs.cancel(id)).status).toBe('cancelled');
      expect((await jobs.cancel(id)).status).toBe('cancelled');
      const after = await jobs.finish(id, { status: 'succeeded', rows: 44_640 });
      expect(after).toMatchObject({ status: 'cancelled', rows: 44_640 });
      expect(await jobs.get(id)).toMatchObject({ status: 'cancelled', rows: 44_640 });
    });

    it('keeps a count of the ledger against what fetchers noted', async () => {
      const id = await make();
      const said = async () => {
        const { rows, counted } = (await jobs.get(id))!;
        return [rows, counted ?? false];
      };
      await jobs.finish(id, { status: 'failed', rows: 9 });
      expect(await said()).toEqual([9, false]);
      await jobs.finish(id, { status: 'failed', rows: 12 });
      expect(await said()).toEqual([12, false]);
      expect(await jobs.finish(id, { status: 'failed', rows: 7, counted: true })).toMatchObject({ rows: 7 });
      expect(await said()).toEqual([7, true]);
      await jobs.finish(id, { status: 'failed', rows: 12 });
      await jobs.finish(id, { status: 'failed', rows: 6, counted: true });
      expect(await said()).toEqual([7, true]);
      await jobs.finish(id, { status: 'failed', rows: 8, counted: true });
      expect(await said()).toEqual([8, true]);
      const other = await make();
      expect(await jobs.finish(other, { status: 'failed', rows: 0, counted: true })).toMatchObject({
        counted: true,
      });
      expect(await jobs.get(other)).toMatchObject({ rows: 0, counted: true });
    });

    it('is unknown to those who cancel what does not exist', async () => {
      await expect(jobs.cancel('nothing')).rejects.toMatchObject({ code: 'unknown-job', status: 404 });
      expect(await jobs.get('nothing')).toBeUndefined();
    });
  });

  describe('an idempotency key', () => {
    it('gives the same job to the same order, also when both are sent at once', async () => {
      const key = { key: 'k1', digest: 'd' };
      const both = await Promise.allSettled([jobs.create(order, key), jobs.create(order, key)]);
      const made = both.flatMap((result) => (result.status === 'fulfilled' ? [result.value.job.id] : []));
      const refused = both.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []));
      expect(new Set(made).size).toBe(1);
      // The second may come before the first has entered its job; it gets the answer to send it again.
      expect(refused.every((code) => code === 'idempotency-busy')).toBe(true);
      const again = await jobs.create(order, key);
      expect([again.job.id, again.created]).toEqual([made[0], false]);
    });

    it('refuses another order', async () => {
      await jobs.create(order, { key: 'k2', digest: 'd' });
      const other = jobs.create(order, { key: 'k2', digest: 'e' });
      await expect(other).rejects.toMatchObject({ code: 'idempotency-mismatch', status: 422 });
    });
  });

  describe('an order that is the same as one at work', () => {
    it('joins it until it has ended', async () => {
      const first = await jobs.create(order, undefined, 'one');
      expect([first.created, first.joined]).toEqual([true, false]);
      const again = await jobs.create({ ...order, to: order.to + 1 }, undefined, 'one');
      expect(again).toEqual({ job: first.job, created: false, joined: true });
      expect((await jobs.create(order, undefined, 'another')).job.id).not.toBe(first.job.id);
      await jobs.start(first.job.id, 1);
      expect((await jobs.create(order, undefined, 'one')).job).toMatchObject({
        id: first.job.id,
        status: 'running',
      });
      await jobs.cancel(first.job.id);
      const next = await jobs.create(order, undefined, 'one');
      expect([next.created, next.joined, next.job.id === first.job.id]).toEqual([true, false, false]);
      expect((await jobs.create(order, undefined, 'one')).job.id).toBe(next.job.id);
    });

    it('makes one job when all of them come at once', async () => {
      for (let round = 0; round < 5; round++) {
        const all = await Promise.all(
          Array.from({ length: 6 }, () => jobs.create(order, undefined, `at once ${round}`)),
        );
        expect(new Set(all.map(({ job }) => job.id)).size).toBe(1);
        expect(all.filter(({ joined }) => !joined)).toHaveLength(1);
        expect(all.filter(({ created }) => created).length).toBeGreaterThan(0);
        expect(await jobs.get(all[0]!.job.id)).toMatchObject({ status: 'queued', symbols: order.symbols });
      }
    });

    it('replaces one that has ended once, when all of them come at once', async () => {
      const old = await jobs.create(order, undefined, 'ended');
      await jobs.finish(old.job.id, { status: 'succeeded', rows: 0 });
      const all = await Promise.all([1, 2, 3, 4].map(() => jobs.create(order, undefined, 'ended')));
      expect(new Set(all.map(({ job }) => job.id)).size).toBe(1);
      expect(all[0]!.job.id).not.toBe(old.job.id);
    });

    it('enters the job of one that died before it could', async () => {
      const first = await jobs.create(order, undefined, 'died');
      await table.forget(first.job.id);
      const next = await jobs.create(order, undefined, 'died');
      expect(next).toEqual({ job: first.job, created: true, joined: true });
      expect(await jobs.get(first.job.id)).toEqual(first.job);
    });

    it('with a key has a job of its own, which one without a key joins', async () => {
      const keyed = await jobs.create(order, { key: 'k3', digest: 'd' }, 'keyed');
      const other = await jobs.create(order, { key: 'k4', digest: 'd' }, 'keyed');
      expect([other.created, other.job.id === keyed.job.id]).toEqual([true, false]);
      expect((await jobs.create(order, undefined, 'keyed')).job.id).toBe(keyed.job.id);
      const again = await jobs.create(order, { key: 'k3', digest: 'd' }, 'keyed');
      expect(again).toEqual({ job: keyed.job, created: false, joined: false });
    });

    it('does not wait for a job that has lost its execution', async () => {
      const lost = await jobs.create(order, undefined, 'lost');
      table.now += 2 * DAY;
      const next = await jobs.create(order, undefined, 'lost');
      expect([next.joined, next.job.id === lost.job.id]).toEqual([false, false]);
    });
  });

  describe('the list', () => {
    it('is newest first, by status and source, page by page', async () => {
      await using own = await makeTable();
      const store = own.jobs;
      const ids: string[] = [];
      for (let i = 0; i < 7; i++) {
        own.now += SECOND;
        const source = i % 2 === 0 ? 'klines' : 'funding';
        ids.unshift((await store.create({ ...order, source })).job.id);
      }
      await store.start(ids[0]!, 1);
      await store.cancel(ids[6]!);
      const active = ['queued', 'running'] as const;
      const first = await store.list({ statuses: active, limit: 4 });
      expect([first.jobs.map((job) => job.id), first.more]).toEqual([ids.slice(0, 4), true]);
      const second = await store.list({ statuses: active, limit: 4, after: ids[3]! });
      expect([second.jobs.map((job) => job.id), second.more]).toEqual([ids.slice(4, 6), false]);
      const funding = await store.list({ statuses: active, limit: 2, source: 'funding' });
      expect([funding.jobs.map((job) => job.id), funding.more]).toEqual([[ids[1], ids[3]], true]);
      const cancelled = await store.list({ statuses: ['cancelled'], limit: 4 });
      expect(cancelled.jobs.map((job) => job.id)).toEqual([ids[6]]);
    });
  });

  describe('the list by origin', () => {
    it('has an order among the runs of schedules, page by page', async () => {
      await using own = await makeTable();
      const store = own.jobs;
      const ids: Record<string, string> = {};
      const enter = async (name: string, over: Partial<JobOrder>, status?: 'succeeded' | 'failed') => {
        own.now += SECOND;
        const { id } = (await store.create({ ...order, ...over })).job;
        ids[name] = id;
        if (status) await store.finish(id, { status, rows: 1, origin: originOf(over) });
      };
      await enter('order', {}, 'succeeded');
      await enter('older order', { source: 'funding' }, 'succeeded');
      for (let i = 0; i < 5; i++) await enter(`run ${i}`, { scheduled: true }, 'succeeded');
      await enter('audit', { scheduled: true, audit: true }, 'succeeded');
      await enter('failed run', { scheduled: true }, 'failed');
      await enter('running', { scheduled: true });
      const list = async (filter: Partial<JobFilter>) => {
        const page = await store.list({ statuses: JOB_STATUSES, limit: 9, ...filter });
        const names = Object.keys(ids);
        return [page.jobs.map((job) => names.find((name) => ids[name] === job.id)), page.more] as const;
      };
      expect(await list({ origins: ['order'] })).toEqual([['older order', 'order'], false]);
      expect(await list({ origins: ['audit'] })).toEqual([['audit'], false]);
      expect(await list({ origins: ['audit', 'schedule'], limit: 3 })).toEqual([
        ['running', 'failed run', 'audit'],
        true,
      ]);
      expect(await list({ origins: ['schedule'], statuses: ['succeeded'], limit: 4 })).toEqual([
        ['run 4', 'run 3', 'run 2', 'run 1'],
        true,
      ]);
      const loud = ['running', 'failed run', 'older order', 'order'];
      expect(await list({ withoutQuiet: true })).toEqual([loud, false]);
      expect(await list({ withoutQuiet: true, limit: 3 })).toEqual([loud.slice(0, 3), true]);
      expect(await list({ withoutQuiet: true, after: ids['failed run']! })).toEqual([loud.slice(2), false]);
      expect(await list({ withoutQuiet: true, source: 'klines' })).toEqual([
        ['running', 'failed run', 'order'],
        false,
      ]);
      expect(await list({ withoutQuiet: true, origins: ['schedule'] })).toEqual([loud.slice(0, 2), false]);
      expect(await list({ statuses: ['succeeded'], limit: 2 })).toEqual([['audit', 'run 4'], true]);
      expect(await store.get(ids.audit!)).toMatchObject({ status: 'succeeded', audit: true });
      await expect(store.cancel(ids.audit!)).rejects.toMatchObject({ code: 'job-finished' });
    });
  });

  describe('chunks', () => {
    it('keep the first total and their rows when a later wave plans them again', async () => {
      const id = await make();
      await jobs.plan(id, 1, [planned('a'), planned('b')]);
      await jobs.checkpoint(id, 'a', { state: 'waiting', leftMs: DAY / 2, rows: 720, resumeAt: table.now });
      await jobs.failChunk(id, 'b', { name: 'PermanentError', code: 'malformed-rows', message: 'no number' });
      expect(await jobs.chunks(id)).toEqual([
        {
          label: 'a',
          state: 'waiting',
          wave: 1,
          totalMs: DAY,
          leftMs: DAY / 2,
          rows: 720,
          resumeAt: table.now,
          startedAt: table.now,
        },
        {
          label: 'b',
          state: 'failed',
          wave: 1,
          totalMs: DAY,
          leftMs: DAY,
          rows: 0,
          endedAt: table.now,
          error: { name: 'PermanentError', code: 'malformed-rows', message: 'no number' },
        },
      ]);
      await jobs.plan(id, 2, [planned('a', DAY / 2), planned('b')]);
      const again = await jobs.chunks(id);
      expect(again[0]).toEqual({
        label: 'a',
        state: 'planned',
        wave: 2,
        totalMs: DAY,
        leftMs: DAY / 2,
        rows: 720,
        startedAt: table.now,
      });
      expect(again[1]).not.toHaveProperty('error');
      expect(again[1]).not.toHaveProperty('endedAt');
    });

    it('know when they began, what they waited for, and when they ended', async () => {
      const id = await make();
      const of = async () => (await jobs.chunks(id))[0]!;
      await jobs.plan(id, 1, [planned('a')]);
      expect(await of()).not.toHaveProperty('startedAt');
      const began = table.now;
      await jobs.checkpoint(id, 'a', { state: 'running', leftMs: DAY, rows: 0 });
      table.now += MINUTE;
      const first = { from: table.now, until: table.now + MINUTE, scope: 'binance-spot' };
      const at = { leftMs: DAY, rows: 0 } as const;
      await jobs.checkpoint(id, 'a', { ...at, state: 'waiting', resumeAt: first.until, scope: first.scope });
      // Its turn in the next wave is not a venue's doing.
      await jobs.checkpoint(id, 'a', { ...at, state: 'waiting', resumeAt: table.now });
      expect(await of()).toMatchObject({ startedAt: began, waits: [first] });
      await jobs.failChunk(id, 'a', {
        name: 'RetryableVenueError',
        code: 'venue-unreachable',
        message: 'no',
      });
      expect(await of()).toMatchObject({ endedAt: table.now });
      table.now += MINUTE;
      await jobs.checkpoint(id, 'a', { ...at, state: 'running' });
      expect(await of()).not.toHaveProperty('endedAt');
      const second = { from: table.now, until: table.now + MINUTE, scope: 'binance' };
      await jobs.checkpoint(id, 'a', {
        ...at,
        state: 'waiting',
        resumeAt: second.until,
        scope: second.scope,
      });
      table.now += MINUTE;
      await jobs.checkpoint(id, 'a', { state: 'done', leftMs: 0, rows: 7 });
      expect(await of()).toMatchObject({ startedAt: began, endedAt: table.now, waits: [first, second] });
    });

    it('count rows once however often they are reported', async () => {
      const id = await make();
      for (let i = 0; i < 3; i++)
        await jobs.checkpoint(id, 'a', { state: 'running', leftMs: 0, rows: 44_640 });
      expect((await jobs.chunks(id)).map((chunk) => chunk.rows)).toEqual([44_640]);
    });

    it('learn that the job was cancelled', async () => {
      const id = await make();
      expect(await jobs.isCancelled(id)).toBe(false);
      await jobs.cancel(id);
      expect(await jobs.isCancelled(id)).toBe(true);
    });

    it('are planned 500 at a time', async () => {
      const id = await make();
      await jobs.plan(
        id,
        1,
        Array.from({ length: 500 }, (_, i) => planned(`chunk ${i}`)),
      );
      expect(await jobs.chunks(id)).toHaveLength(500);
    });
  });

  describe('notes of provisional rows', () => {
    it('report which spans were fetched lately, over all chunks of the series', async () => {
      expect(await jobs.provisionalSince(SERIES, T0, T0 + MINUTE)).toEqual([]);
      await jobs.noteProvisional(chunk('2024'), [{ start: 1, end: 3 }], T0);
      await jobs.noteProvisional(
        chunk('2025'),
        [
          { start: 3, end: 5 },
          { start: 7, end: 9 },
        ],
        T0 + MINUTE,
      );
      await jobs.noteProvisional({ ...chunk('2025'), symbol: 'DGS2' }, [{ start: 5, end: 7 }], T0);
      const both = [
        { start: 1, end: 5 },
        { start: 7, end: 9 },
      ];
      expect(await jobs.provisionalSince(SERIES, T0, T0 + MINUTE)).toEqual(both);
      expect(await jobs.provisionalSince(SERIES, T0 + 1_000, T0 + MINUTE)).toEqual(
        both.with(0, { start: 3, end: 5 }),
      );
    });

    it('of a clock that was ahead count for nothing', async () => {
      expect(await jobs.provisionalSince(SERIES, T0 - MINUTE, T0 - 1_000)).toEqual([]);
    });

    it('are replaced by the next ones of the chunk', async () => {
      await jobs.noteProvisional(chunk('2024'), [{ start: 2, end: 3 }], T0 + MINUTE);
      expect(await jobs.provisionalSince(SERIES, T0, T0 + MINUTE)).toEqual([
        { start: 2, end: 5 },
        { start: 7, end: 9 },
      ]);
    });

    it('of one series are forgotten', async () => {
      await jobs.forgetProvisional(SERIES);
      expect(await jobs.provisionalSince(SERIES, T0, T0 + MINUTE)).toEqual([]);
      const other = { ...SERIES, symbol: 'DGS2' };
      expect(await jobs.provisionalSince(other, T0, T0 + MINUTE)).toEqual([{ start: 5, end: 7 }]);
    });
  });
}
