import { describe, expect, it } from 'vitest';
import { failJob } from '../../../functions/core/jobs/finish-job.ts';
import type { JobOrder } from '../../../functions/core/jobs/job.ts';
import { planWave } from '../../../functions/core/jobs/plan-wave.ts';
import { recordChunkFailure } from '../../../functions/core/jobs/record-chunk-failure.ts';
import { AAA, chunkOf, days, hours, pageOfHours, type World, worldOf } from '../world.ts';

/** A job after its first wave was planned and nothing of it was fetched. */
async function begun(world: World, more: Partial<JobOrder> = {}) {
  const { id } = await world.newJob(more);
  const { chunks } = await planWave(world.ports, { jobId: id, wave: 1, previousMissing: -1 });
  return { id, chunks };
}

describe('a chunk that failed for good', () => {
  const record = (world: World, jobId: string, Cause: string) =>
    recordChunkFailure(world.ports, {
      jobId,
      wave: 1,
      chunk: chunkOf().chunk,
      error: { Error: 'PermanentError', Cause },
    });

  it('is noted in the job and in the ledger, with the rows that it wrote', async () => {
    const world = worldOf();
    const { id } = await begun(world);
    await world.ports.store.commit([pageOfHours(world, 0, 10)], { jobId: id, chunk: chunkOf().chunk.label });
    const cause = JSON.stringify({ errorType: 'PermanentError', errorMessage: '[malformed-rows] no number' });
    expect(await record(world, id, cause)).toEqual({ label: 'plain AAA 1h 2025-03', outcome: 'failed' });
    expect(await world.ports.jobs.chunks(id)).toMatchObject([
      {
        state: 'failed',
        rows: 10,
        error: { name: 'PermanentError', code: 'malformed-rows', message: 'no number' },
      },
    ]);
    expect(await world.ports.queries.ledger(AAA, days(0, 31), 9)).toMatchObject([
      { state: 'have' },
      { state: 'failed', reason: 'malformed-rows', start: hours(10, 11).start, jobId: id },
    ]);
  });

  it('keeps words that are not JSON as they are', async () => {
    const world = worldOf();
    const { id } = await begun(world);
    await record(world, id, 'cut off {');
    expect(await world.ports.jobs.chunks(id)).toMatchObject([
      { error: { code: 'unexpected', message: 'cut off {' } },
    ]);
  });
});

describe('what the state machine did not foresee', () => {
  const error = { Error: 'States.Timeout', Cause: 'too long' };

  it('ends the job as failed, with the cause and the rows of its chunks', async () => {
    const world = worldOf();
    const { id, chunks } = await begun(world);
    await world.ports.jobs.checkpoint(id, chunks[0]!.label, { state: 'running', leftMs: 1, rows: 12 });
    const reason = 'States.Timeout: too long';
    expect(await failJob(world.ports, { jobId: id, error })).toEqual({
      jobId: id,
      status: 'failed',
      rows: 12,
      reason,
    });
    expect(await world.ports.jobs.get(id)).toMatchObject({ status: 'failed', rows: 12, reason });
  });

  it('does not take its end from a cancelled job', async () => {
    const world = worldOf();
    const { id } = await begun(world);
    await world.ports.jobs.cancel(id);
    expect(await failJob(world.ports, { jobId: id, error })).toMatchObject({ status: 'cancelled' });
  });
});
