import { describe, expect, it } from 'vitest';
import { endAbandoned } from '../../../functions/core/jobs/stop-job.ts';
import { MINUTE } from '../../../functions/core/time/time.ts';
import { createHandler as createRefresh } from '../../../functions/schedules/refresh.ts';
import { chunkOf, NOW, type World, worldOf } from '../world.ts';

/** A job at work whose execution ended some minutes after it began; nothing else knows of the end. */
async function abandoned(status: 'FAILED' | 'ABORTED' | 'SUCCEEDED' = 'FAILED') {
  const world = worldOf();
  const { id } = await world.newJob();
  await world.ports.jobs.start(id, 1);
  const chunk = chunkOf();
  await world.ports.jobs.plan(id, 1, [chunk]);
  await world.ports.jobs.checkpoint(id, chunk.chunk.label, { state: 'running', leftMs: 0, rows: 7 });
  world.executions.set(id, { status, endedAt: NOW + 2 * MINUTE, cause: 'no answer' });
  return { world, id };
}

/** The turns of so many minutes. @returns the instants of those that looked anything up, in minutes */
async function turns({ clock, ports }: World, minutes: number) {
  const looked: number[] = [];
  const workflow = {
    ...ports.workflow,
    describe: (id: string) => {
      looked.push((clock.now - NOW) / MINUTE);
      return ports.workflow.describe(id);
    },
  };
  for (let i = 0; i < minutes; i++) {
    await endAbandoned({ ...ports, workflow });
    clock.now += MINUTE;
  }
  return looked;
}

describe('a job at work whose execution has ended without a word', () => {
  it.each([
    ['FAILED', 'failed', 'its execution failed: no answer'],
    ['ABORTED', 'cancelled', 'its execution was stopped: no answer'],
    ['SUCCEEDED', 'failed', 'its execution ended, and the job table does not know how: no answer'],
  ] as const)('as %s ends as %s within half an hour, and says so once', async (status, expected, reason) => {
    const { world, id } = await abandoned(status);
    await turns(world, 30);
    expect(await world.ports.jobs.get(id)).toMatchObject({ status: expected, reason, rows: 7 });
    const type = expected === 'failed' ? 'JobFailed' : 'JobFinished';
    expect(world.published).toEqual([{ type, detail: { jobId: id, status: expected, rows: 7, reason } }]);
    expect(await turns(world, 30)).toEqual([]);
  });

  it('is ended by the schedule that runs each minute', async () => {
    const { world, id } = await abandoned();
    const nothing = {
      readerWatch: { endStalling: async () => [] },
      candleKeeper: { keepCandles: async () => 0 },
    };
    const refresh = createRefresh(async () => ({ ...world.ports, ...nothing }) as never);
    world.clock.now += 20 * MINUTE;
    await refresh({}, {} as never);
    expect((await world.ports.jobs.get(id))!.status).toBe('failed');
  });

  it('is left to `execution-stopped` for ten minutes after the end', async () => {
    const { world, id } = await abandoned();
    world.clock.now += 30 * MINUTE;
    world.executions.set(id, { status: 'FAILED', endedAt: world.clock.now - 9 * MINUTE });
    expect(await endAbandoned(world.ports)).toEqual({ ended: [], resumed: [] });
    world.clock.now += MINUTE;
    expect(await endAbandoned(world.ports)).toEqual({ ended: [id], resumed: [] });
  });

  it('that ends itself meanwhile keeps its own end', async () => {
    const { world, id } = await abandoned();
    world.clock.now += 20 * MINUTE;
    const { describe: look } = world.ports.workflow;
    const workflow = {
      ...world.ports.workflow,
      describe: async (job: string) => {
        await world.ports.jobs.finish(id, { status: 'succeeded', rows: 7 });
        return look(job);
      },
    };
    await endAbandoned({ ...world.ports, workflow });
    expect((await world.ports.jobs.get(id))!.status).toBe('succeeded');
    // It may be heard of twice, never as failed.
    expect(world.published.map(({ type }) => type)).toEqual(['JobFinished']);
  });

  it('is ended too where it never came to work', async () => {
    const world = worldOf();
    const { id } = await world.newJob();
    world.executions.set(id, { status: 'TIMED_OUT', endedAt: NOW });
    await turns(world, 30);
    expect(await world.ports.jobs.get(id)).toMatchObject({
      status: 'failed',
      reason: 'its execution ran out of time',
    });
  });

  it('is found among more jobs than a page of the list has', async () => {
    const { world, id } = await abandoned();
    for (let i = 0; i < 120; i++) {
      const { id: other } = await world.newJob();
      world.executions.set(other, 'running');
    }
    await turns(world, 30);
    expect((await world.ports.jobs.get(id))!.status).toBe('failed');
  });
});

describe('a job at work', () => {
  it('whose execution goes on costs two requests in ten minutes, after the first ten', async () => {
    const { world, id } = await abandoned();
    world.executions.set(id, 'running');
    expect(await turns(world, 40)).toEqual([10, 11, 20, 21, 30, 31]);
    expect((await world.ports.jobs.get(id))!.status).toBe('running');
  });

  it('that noted a phase a moment ago costs none', async () => {
    const { world, id } = await abandoned();
    world.clock.now += 19 * MINUTE;
    await world.ports.jobs.enterPhase(id, 'counting rows');
    world.clock.now += MINUTE;
    expect(await turns(world, 2)).toEqual([]);
  });

  it('without an execution gets one, as after a restart of its host', async () => {
    const { world, id } = await abandoned();
    world.executions.delete(id);
    world.clock.now += 20 * MINUTE;
    expect(await endAbandoned(world.ports)).toEqual({ ended: [], resumed: [id] });
    expect(world.started).toEqual([id]);
    expect((await world.ports.jobs.get(id))!.status).toBe('running');
  });
});
