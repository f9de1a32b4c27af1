import { describe, expect, it } from 'vitest';
import { detail } from '../../../functions/core/api/jobs/views.ts';
import { finalizeJob, REFRESH_PATIENCE } from '../../../functions/core/jobs/finish-job.ts';
import type { JobOrder } from '../../../functions/core/jobs/job.ts';
import { planWave } from '../../../functions/core/jobs/plan-wave.ts';
import { recordChunkFailure } from '../../../functions/core/jobs/record-chunk-failure.ts';
import { DAY, HOUR, MINUTE } from '../../../functions/core/time/time.ts';
import { FinalizeJobOutput } from '../../../functions/core/workflow/contracts.ts';
import { AAA, chunkOf, days, hours, NOW, pageOfHours, type World, worldOf } from '../world.ts';

const MONTH = 31 * 24;
const finalize = async (world: World, jobId: string, wave = 2) =>
  FinalizeJobOutput.parse(await finalizeJob(world.ports, { jobId, wave }));

/** A job after its first wave was planned and nothing of it was fetched. */
async function begun(world: World, more: Partial<JobOrder> = {}) {
  const { id } = await world.newJob(more);
  const { chunks } = await planWave(world.ports, { jobId: id, wave: 1, previousMissing: -1 });
  return { id, chunks };
}

const broken = { name: 'PermanentError', code: 'venue-broken', message: 'the venue is down' };

describe('a job ends', () => {
  it('succeeded, with its rows, when nothing is missing', async () => {
    const world = worldOf();
    const { id } = await world.newJob();
    expect(await world.runJob(id)).toEqual({ jobId: id, status: 'succeeded', rows: MONTH, reason: '' });
    const job = await world.ports.jobs.get(id);
    expect(job).toMatchObject({ status: 'succeeded', rows: MONTH, finishedAt: NOW, gaps: [] });
    expect(job).not.toHaveProperty('phase');
    expect(world.warehouse.closedJobs.get(id)).toBe(NOW);
    expect(world.warehouse.book(AAA).open.size).toBe(0);
  });

  it('succeeded where the venue proves that there are none, which its gaps say', async () => {
    const world = worldOf();
    world.market.hole(AAA, hours(30, 33));
    const { id } = await world.newJob();
    expect(await world.runJob(id)).toMatchObject({ status: 'succeeded', rows: MONTH - 3 });
    expect((await world.ports.jobs.get(id))!.gaps).toEqual([
      { ...AAA, ...hours(30, 33), cause: 'venue-outage', proven: true, rows: 3 },
    ]);
  });

  it('succeeded where a proof runs out between its last wave and its end', async () => {
    const world = worldOf();
    const hole = hours(30, 33);
    world.market.hole(AAA, hole);
    await world.runJob((await world.newJob()).id);
    // It holds for as long as it came after the hole.
    world.clock.now += NOW - hole.end - 1;
    const { id } = await world.newJob();
    const wave = await planWave(world.ports, { jobId: id, wave: 1, previousMissing: -1 });
    expect(wave.next).toBe('finalize');
    world.clock.now += 1;
    expect(await finalize(world, id, 1)).toMatchObject({ status: 'succeeded', reason: '' });
    // The next one requests it again.
    const { id: next } = await world.newJob();
    expect(await planWave(world.ports, { jobId: next, wave: 1, previousMissing: -1 })).toMatchObject({
      next: 'fetch',
    });
  });

  it('succeeded where the rest has not had time to come', async () => {
    const world = worldOf([{ id: 'plain', archives: [] }]);
    world.market.hole(AAA, { start: NOW - HOUR, end: NOW });
    const { id } = await world.newJob({ from: NOW - DAY, to: NOW });
    expect(await world.runJob(id)).toMatchObject({ status: 'succeeded', rows: 23 });
    expect((await world.ports.jobs.get(id))!.gaps).toMatchObject([{ cause: 'not-yet-published', rows: 1 }]);
  });

  it('says who ordered it, for what the job table does with runs of schedules', async () => {
    const world = worldOf();
    const origins: (string | undefined)[] = [];
    const { finish } = world.ports.jobs;
    world.ports.jobs.finish = (id, to) => {
      origins.push(to.origin);
      return finish(id, to);
    };
    for (const order of [{ scheduled: true }, {}, { scheduled: true, audit: true }]) {
      const { id } = await world.newJob(order);
      expect(await world.runJob(id)).toMatchObject({ status: 'succeeded' });
    }
    expect(origins).toEqual(['schedule', 'order', 'audit']);
  });

  it('with gaps, in words, where a part was fetched', async () => {
    const world = worldOf();
    const { id, chunks } = await begun(world, { to: days(0, 61).end });
    const before = await world.newJob({ to: days(0, 31).end });
    await world.runJob(before.id);
    await recordChunkFailure(world.ports, {
      jobId: id,
      wave: 1,
      chunk: chunks[1]!,
      error: { Error: 'PermanentError', Cause: '[venue-broken] the venue is down' },
    });
    await world.ports.jobs.checkpoint(id, chunks[0]!.label, { state: 'done', leftMs: 0, rows: 0 });
    expect(await finalize(world, id)).toEqual({
      jobId: id,
      status: 'completed_with_gaps',
      rows: 0,
      reason:
        '720 rows are missing: 1 of 2 chunks failed, first plain AAA 1h 2025-04: the venue is down; by cause: ' +
        '720 source-error (plain AAA 1h 2025-04-01T00:00:00Z to 2025-05-01T00:00:00Z: the venue is down)',
    });
    expect((await world.ports.jobs.get(id))!.gaps).toMatchObject([
      { ...days(31, 61), cause: 'source-error', proven: false },
    ]);
  });

  it('with gaps where no chunk failed and nothing came', async () => {
    const world = worldOf();
    const { id, chunks } = await begun(world);
    await world.ports.jobs.checkpoint(id, chunks[0]!.label, { state: 'done', leftMs: 0, rows: 0 });
    const { status, reason } = await finalize(world, id);
    expect(status).toBe('completed_with_gaps');
    expect(reason).toContain(`${MONTH} rows are missing: the venue did not return them, and nothing proves`);
    expect(reason).toContain(
      `by cause: ${MONTH} ours (plain AAA 1h 2025-03-01T00:00:00Z to 2025-04-01T00:00:00Z)`,
    );
  });

  it.each(['planned', 'running', 'failed'] as const)(
    'failed when all chunks are %s and nothing was written',
    async (state) => {
      const world = worldOf();
      const { id, chunks } = await begun(world);
      await world.ports.jobs.checkpoint(id, chunks[0]!.label, { state, leftMs: 1, rows: 0 });
      const { status, reason } = await finalize(world, id);
      expect([status, reason]).toEqual(['failed', expect.stringContaining('1 of 1 chunks failed')]);
      expect(reason).toContain('it ended without a word');
    },
  );

  it('failed, without the rows that a crash of the database took after its chunk had noted them', async () => {
    const world = worldOf();
    const { id, chunks } = await begun(world);
    const [{ label }] = chunks as [(typeof chunks)[number]];
    const rows = await world.ports.store.commit([pageOfHours(world, 0, 10)], { jobId: id, chunk: label });
    await world.ports.jobs.checkpoint(id, label, { state: 'running', leftMs: 1, rows });
    expect(world.warehouse.crash(world.clock.now)).toBe(1);
    await world.ports.jobs.failChunk(id, label, broken);
    expect(await finalize(world, id)).toMatchObject({ status: 'failed', rows: 0 });
    const [job, noted] = [(await world.ports.jobs.get(id))!, await world.ports.jobs.chunks(id)];
    expect([rows, noted[0]!.rows]).toEqual([10, 10]);
    expect(detail(job, noted, NOW)).toMatchObject({ status: 'failed', rows_fetched: 0, actual: { rows: 0 } });
  });

  it('with gaps when all chunks failed and something was written', async () => {
    const world = worldOf();
    const { id, chunks } = await begun(world);
    const [chunk] = chunks as [(typeof chunks)[number]];
    const rows = await world.ports.store.commit([pageOfHours(world, 0, 10)], {
      jobId: id,
      chunk: chunk.label,
    });
    await world.ports.jobs.failChunk(id, chunk.label, broken);
    expect([rows, (await finalize(world, id)).status]).toEqual([10, 'completed_with_gaps']);
  });

  it('succeeded when what its chunk failed to bring came another way', async () => {
    const world = worldOf();
    const { id, chunks } = await begun(world);
    await world.ports.jobs.failChunk(id, chunks[0]!.label, broken);
    await world.runJob((await world.newJob()).id);
    expect(await finalize(world, id)).toMatchObject({ status: 'succeeded', rows: 0 });
  });

  it('with gaps when somebody deleted its rows meanwhile', async () => {
    const world = worldOf();
    const { id, chunks } = await begun(world);
    await world.ports.jobs.checkpoint(id, chunks[0]!.label, { state: 'done', leftMs: 0, rows: 0 });
    await world.runJob((await world.newJob()).id);
    world.warehouse.rows.lose(AAA, [hours(5, 7)]);
    const { status, reason } = await finalize(world, id);
    expect([status, reason]).toEqual(['completed_with_gaps', expect.stringMatching(/^2 rows are missing/)]);
  });

  it('cancelled as it was, with the rows that are there, and what it alone requested leaves with it', async () => {
    const world = worldOf();
    const { id } = await begun(world);
    await world.ports.jobs.cancel(id);
    await world.ports.store.commit([pageOfHours(world, 0, 10)], { jobId: id, chunk: chunkOf().chunk.label });
    const reason = 'cancelled on request; what was written is kept';
    expect(await finalize(world, id)).toEqual({ jobId: id, status: 'cancelled', rows: 10, reason });
    expect(await world.ports.jobs.get(id)).toMatchObject({ status: 'cancelled', rows: 10 });
    expect(await world.ports.catalog.requested(AAA)).toEqual([hours(0, 10)]);
    expect(world.warehouse.closedJobs.has(id)).toBe(true);
  });

  it('cancelled without anything being counted for somebody who left', async () => {
    const world = worldOf();
    const { id } = await begun(world);
    await world.ports.jobs.cancel(id);
    const refuse = () => Promise.reject(new Error('nobody calls this'));
    Object.assign(world.ports.catalog, { reconcile: refuse, report: refuse });
    expect((await finalize(world, id)).status).toBe('cancelled');
  });

  it('of a schedule without a report where nothing lacks', async () => {
    const world = worldOf();
    const { id } = await world.newJob({ scheduled: true });
    const refuse = () => Promise.reject(new Error('of no symbol there is nothing to report'));
    Object.assign(world.ports.catalog, { report: refuse });
    expect(await world.runJob(id)).toMatchObject({ status: 'succeeded', rows: MONTH });
    expect((await world.ports.jobs.get(id))!.gaps).toEqual([]);
  });

  it('with gaps when a chunk failed of which the rest has not had time to come', async () => {
    const world = worldOf();
    const { id, chunks } = await begun(world, { from: NOW - HOUR, to: NOW });
    await world.ports.jobs.failChunk(id, chunks[0]!.label, broken);
    await world.ports.jobs.checkpoint(id, 'another', { state: 'done', leftMs: 0, rows: 0 });
    expect(await finalize(world, id)).toMatchObject({
      status: 'completed_with_gaps',
      reason: '0 rows are missing: 1 of 2 chunks failed, first plain AAA 1h 2025-06: the venue is down',
    });
  });

  it('after a phase in which it counts its rows', async () => {
    const world = worldOf();
    const { id } = await begun(world);
    const { secure } = world.ports.store;
    let phase: string | undefined;
    Object.assign(world.ports.store, {
      secure: async (job: string) => {
        phase = (await world.ports.jobs.get(job))!.phase;
        return secure(job);
      },
    });
    await finalize(world, id);
    expect(phase).toBe('counting rows');
  });

  it('with the provisional rows of events, which no span accounts for', async () => {
    const world = worldOf([{ id: 'plain', everyMs: 8 * HOUR, archives: [], settleMs: DAY }]);
    const { id } = await world.newJob({ from: NOW - 10 * DAY, to: NOW });
    expect(await world.runJob(id)).toMatchObject({ status: 'succeeded', rows: 30 });
    expect(await world.ports.store.secure(id)).toBeLessThan(30);
  });

  it('with the rows that the ledger has, whatever its chunks say', async () => {
    const world = worldOf();
    const { id, chunks } = await begun(world);
    await world.ports.jobs.checkpoint(id, chunks[0]!.label, { state: 'done', leftMs: 0, rows: 99 });
    expect((await finalize(world, id)).rows).toBe(0);
  });

  it('once: a call that is made again gives the same', async () => {
    const world = worldOf();
    const { id } = await world.newJob();
    const first = await world.runJob(id);
    await world.wait(MINUTE);
    expect(await finalize(world, id)).toEqual(first);
  });
});

describe('candles', () => {
  it('have their aggregates refreshed before the job ends, which says so meanwhile', async () => {
    const world = worldOf([{ id: 'plain', family: 'candles' }]);
    const { id } = await begun(world, { source: 'candles' });
    const seen: string[] = [];
    const phases: (string | undefined)[] = [];
    let patience: number | undefined;
    world.ports.aggregates.pendingRefreshes = async (since) => {
      expect(since).toBe(NOW - 7 * DAY);
      return [{ jobId: id, symbols: ['AAA'], touched: [days(0, 31)] }];
    };
    world.ports.aggregates.refresh = async (_touched, how) => {
      patience = how?.patience;
      await how?.onAggregate?.(2, 6);
      const job = (await world.ports.jobs.get(id))!;
      phases.push(job.phase, job.status);
    };
    world.ports.aggregates.markRefreshed = async (ids) => {
      seen.push(...ids);
    };
    const finish = world.ports.jobs.finish;
    Object.assign(world.ports.jobs, {
      finish: async (...args: Parameters<typeof finish>) => {
        phases.push((await world.ports.jobs.get(id))!.phase);
        return finish(...args);
      },
    });
    await finalize(world, id);
    expect([seen, patience]).toEqual([[id], REFRESH_PATIENCE]);
    expect(phases).toEqual(['refreshing aggregates 2 of 6', 'running', 'counting rows']);
  });

  it('of no other family are refreshed', async () => {
    const world = worldOf();
    world.ports.aggregates.pendingRefreshes = () => Promise.reject(new Error('nobody calls this'));
    expect((await world.runJob((await world.newJob()).id)).status).toBe('succeeded');
  });
});
