import { describe, expect, it } from 'vitest';
import type { Job } from '../../../functions/core/jobs/job.ts';
import { DAY, HOUR, MINUTE } from '../../../functions/core/time/time.ts';
import { checkAnnounced, checkJob, checkLiveness } from '../../../simulation/properties/jobs/jobs.ts';
import type { World as Simulated } from '../../../simulation/world/world.ts';
import { AAA, hours, NOW, type World, worldOf } from '../../core/world.ts';

/** A world after a job that has done a day of AAA. */
async function afterJob(): Promise<{ readonly world: World; readonly job: Job }> {
  const world = worldOf();
  const { id } = await world.newJob({ from: hours(0, 1).start, to: hours(0, 24).end });
  await world.runJob(id);
  return { world, job: world.tables.jobs.get(id)! };
}

/** What a property sees of a simulated world. */
const seen = (
  { tables, warehouse, sources, clock, executions }: World,
  more: Partial<Simulated> = {},
): Simulated =>
  ({
    tables,
    warehouse,
    venue: { sources },
    scheduler: { now: () => clock.now },
    executions: { describe: (id: string) => executions.get(id) ?? 'absent' },
    clock: { skew: 0 },
    disturbedAt: Number.NEGATIVE_INFINITY,
    ...more,
  }) as unknown as Simulated;

describe('a job whose execution has succeeded', () => {
  it('has ended, counts its rows and lacks nothing', async () => {
    const { world, job } = await afterJob();
    expect(job).toMatchObject({ status: 'succeeded', rows: 24 });
    expect(checkJob(seen(world), job.id)).toEqual([]);
  });

  it('is there, and at work no more', async () => {
    const { world, job } = await afterJob();
    expect(checkJob(seen(world), 'other')).toEqual(['job other is gone']);
    world.tables.jobs.set(job.id, { ...job, status: 'running' });
    expect(checkJob(seen(world), job.id)).toEqual([
      `job ${job.id} is running, and its execution has succeeded`,
    ]);
  });

  it('does not say other rows than it wrote', async () => {
    const { world, job } = await afterJob();
    world.tables.jobs.set(job.id, { ...job, rows: 23 });
    expect(checkJob(seen(world), job.id)).toEqual([`succeeded job ${job.id} says 23 rows and wrote 24`]);
  });

  it('lacks nothing that it says it has done', async () => {
    const { world, job } = await afterJob();
    const book = world.warehouse.book(AAA);
    book.spans = [];
    world.tables.jobs.set(job.id, { ...job, rows: 0 });
    expect(checkJob(seen(world), job.id)).toEqual([
      `job ${job.id} succeeded, and plain AAA 1h lacks 2025-03-01T00:00:00Z to 2025-03-02T00:00:00Z`,
    ]);
  });

  it('knows nothing of what somebody took away since', async () => {
    const { world, job } = await afterJob();
    world.warehouse.book(AAA).spans = [];
    expect(checkJob(seen(world, { disturbedAt: NOW }), job.id)).toEqual([]);
  });
});

describe('after a quiet period', () => {
  it('no job is at work whose execution ended more than half an hour ago', async () => {
    const world = worldOf();
    const { id } = await world.newJob();
    world.executions.set(id, { status: 'FAILED', endedAt: NOW });
    world.clock.now += 30 * MINUTE;
    expect(checkLiveness(seen(world))).toEqual([]);
    world.clock.now += 1;
    const breach = `job ${id} is queued, and its execution FAILED at 2025-06-10T10:00:00Z`;
    expect(checkLiveness(seen(world))).toEqual([breach]);
    world.executions.set(id, 'running');
    expect(checkLiveness(seen(world))).toEqual([]);
  });

  it('no job is at work that began long ago, and no turn is held', async () => {
    const world = worldOf();
    const { id } = await world.newJob();
    const lease = await world.ports.leases.take('audit-gaps', { at: NOW, failures: 0 }, undefined);
    expect(checkLiveness(seen(world))).toEqual([]);
    world.clock.now += DAY;
    expect(checkLiveness(seen(world))).toEqual([
      `job ${id} of 2025-06-10T10:00:00Z is still queued`,
      'the turn audit-gaps of 2025-06-10T10:00:00Z is still held',
    ]);
    await world.runJob(id);
    await world.ports.leases.settle(lease!, []);
    world.clock.now += 2 * HOUR;
    expect(checkLiveness(seen(world))).toEqual([]);
  });
});

describe('the end of a job', () => {
  /** Half an hour after it ended. */
  async function ended() {
    const { world, job } = await afterJob();
    world.executions.set(job.id, { status: 'SUCCEEDED', endedAt: world.clock.now });
    world.clock.now += HOUR;
    return { world, job };
  }

  it('is announced as it is', async () => {
    const { world, job } = await ended();
    const breach = (as: string) =>
      `job ${job.id} ended as succeeded at 2025-06-10T10:00:00Z and was announced as ${as}`;
    expect(checkAnnounced(seen(world))).toEqual([breach('nothing')]);
    world.tables.announced.set(job.id, 'failed');
    expect(checkAnnounced(seen(world))).toEqual([breach('failed')]);
    world.tables.announced.set(job.id, 'succeeded');
    expect(checkAnnounced(seen(world))).toEqual([]);
  });

  it('may be unheard of where its host was killed, or an earlier version announced nothing', async () => {
    const { world, job } = await ended();
    expect(checkAnnounced(seen(world, { earlier: {} as never }))).toEqual([]);
    expect(checkAnnounced(seen(world, { earlier: { announces: true } as never }))).toHaveLength(1);
    world.executions.delete(job.id);
    expect(checkAnnounced(seen(world))).toEqual([]);
  });
});
