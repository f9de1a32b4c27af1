import { describe, expect, it } from 'vitest';
import { planWave } from '../../../functions/core/jobs/plan-wave.ts';
import { measure } from '../../../functions/core/time/range.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/core/time/time.ts';
import { MAX_CHUNKS_PER_WAVE, PlanWaveOutput } from '../../../functions/core/workflow/contracts.ts';
import { AAA, chunkOf, days, hours, MARCH, NOW, type World, worldOf } from '../world.ts';

const plan = async (world: World, jobId: string, wave = 1, previousMissing = -1) =>
  PlanWaveOutput.parse(await planWave(world.ports, { jobId, wave, previousMissing }));

const labels = ({ chunks }: PlanWaveOutput): string[] => chunks.map(({ label }) => label);
const MARCH_MS = measure([days(0, 31)]);
const failure = (name: string) => ({ name, code: 'venue-broken', message: 'down' });

describe('the first wave', () => {
  it('requests the range, enters the chunks of all series in the order of keys, and says what is missing', async () => {
    const world = worldOf();
    const { id } = await world.newJob({ symbols: ['BBB', 'AAA'], to: days(0, 62).end });
    const planned = await plan(world, id);
    expect(planned).toMatchObject({ next: 'fetch', wave: 1, nextWave: 2, waitSeconds: 0 });
    expect(planned.previousMissing).toBe(2 * measure([days(0, 62)]));
    expect(labels(planned)).toEqual([
      'plain AAA 1h 2025-03',
      'plain AAA 1h 2025-04',
      'plain BBB 1h 2025-03',
      'plain BBB 1h 2025-04',
      // Of May they lack a day, for which one chunk is enough.
      'plain BBB+1 1h 2025-05',
    ]);
    expect(await world.ports.catalog.requested(AAA)).toEqual([days(0, 62)]);
    expect(await world.ports.jobs.get(id)).toMatchObject({ status: 'running', wave: 1, startedAt: NOW });
    expect((await world.ports.jobs.chunks(id))[0]).toMatchObject({
      state: 'planned',
      wave: 1,
      totalMs: 31 * DAY,
    });
    expect(world.venue.calls).toEqual([]);
  });

  it('leaves out steps that are not final yet, and what was requested only by others', async () => {
    const world = worldOf();
    await world.ports.catalog.request(AAA, days(0, 10));
    const { id } = await world.newJob({ from: NOW - DAY + 1, to: NOW + 30 * MINUTE });
    const planned = await plan(world, id);
    expect(planned.chunks).toMatchObject([{ start: NOW - DAY, end: NOW }]);
  });

  it('with what was requested before, where the order says so', async () => {
    const world = worldOf();
    await world.ports.catalog.request(AAA, days(0, 10));
    const { id } = await world.newJob({ from: NOW - DAY, to: NOW, alsoRequested: true });
    expect(labels(await plan(world, id))).toEqual(['plain AAA 1h 2025-03', 'plain AAA 1h 2025-06']);
  });

  it('counts the rows that the ledger claims, and no later wave does', async () => {
    const world = worldOf();
    await world.runJob((await world.newJob()).id);
    world.warehouse.rows.lose(AAA, [hours(5, 7)]);
    const { id } = await world.newJob();
    expect(await plan(world, id, 2, MARCH_MS)).toMatchObject({ next: 'finalize', previousMissing: 0 });
    expect((await plan(world, id)).chunks).toMatchObject([hours(5, 7)]);
  });

  it('of somebody’s order requests again what was unfollowed, and that of a schedule does not', async () => {
    const world = worldOf();
    await world.ports.catalog.request(AAA, days(0, 1));
    await world.ports.catalog.unfollow(AAA);
    await world.wait(MINUTE);
    await plan(world, (await world.newJob()).id);
    expect(await world.ports.catalog.requested(AAA)).toEqual([]);
    const quote = { series: 1 } as never;
    await plan(world, (await world.newJob({ quote })).id);
    expect(await world.ports.catalog.requested(AAA)).toEqual([days(0, 31)]);
  });

  it('has nothing to do where all is there, and requests it all the same', async () => {
    const world = worldOf();
    await world.runJob((await world.newJob()).id);
    const { id } = await world.newJob({ to: days(0, 20).end });
    expect(await plan(world, id)).toMatchObject({ next: 'finalize', chunks: [], previousMissing: 0 });
  });

  it('requests no empty range', async () => {
    const world = worldOf();
    const { id } = await world.newJob({ from: NOW, to: NOW + 10 * MINUTE });
    expect((await plan(world, id)).next).toBe('finalize');
    // Not even that somebody follows it.
    expect(world.warehouse.book(AAA).record).toBeUndefined();
  });
});

it('a job that has ended is left to finalize', async () => {
  const world = worldOf();
  const { id } = await world.newJob();
  await world.ports.jobs.cancel(id);
  expect(await plan(world, id, 3, 77)).toMatchObject({
    next: 'finalize',
    nextWave: 4,
    previousMissing: 77,
    chunks: [],
  });
  expect(await world.ports.catalog.requested(AAA)).toEqual([]);
});

it('a snapshot is of this step, whatever was ordered', async () => {
  const world = worldOf([{ id: 'plain', snapshot: true }]);
  const { id } = await world.newJob();
  expect((await plan(world, id)).chunks).toMatchObject([{ start: NOW, end: NOW + HOUR }]);
});

describe('a chunk that failed', () => {
  it('is planned again, unless its failure was permanent', async () => {
    const world = worldOf();
    const { id } = await world.newJob({ to: days(0, 61).end });
    const first = await plan(world, id);
    await world.ports.jobs.failChunk(id, first.chunks[0]!.label, failure('PermanentError'));
    await world.ports.jobs.failChunk(id, first.chunks[1]!.label, failure('RetryableVenueError'));
    // Something came meanwhile, or nobody would request it again.
    const again = await plan(world, id, 2, first.previousMissing + 1);
    expect([again.next, labels(again)]).toEqual(['fetch', ['plain AAA 1h 2025-04']]);
    await world.ports.jobs.failChunk(id, first.chunks[1]!.label, failure('PermanentError'));
    expect((await plan(world, id, 3, first.previousMissing + 1)).next).toBe('finalize');
  });

  it('comes after those that did not, and a wave has no more chunks than its payload holds', async () => {
    const world = worldOf([{ id: 'plain', chunkUnit: () => 'day' }]);
    const from = NOW - 600 * DAY;
    const { id } = await world.newJob({ from, to: NOW });
    const first = await plan(world, id);
    expect(first.chunks).toHaveLength(MAX_CHUNKS_PER_WAVE);
    for (const { label } of first.chunks) {
      await world.ports.jobs.failChunk(id, label, failure('RetryableVenueError'));
    }
    const second = await plan(world, id, 2, first.previousMissing);
    expect(second.next).toBe('fetch');
    const known = new Set(labels(first));
    const fresh = labels(second).findIndex((label) => known.has(label));
    expect([fresh, second.chunks.length]).toEqual([101, MAX_CHUNKS_PER_WAVE]);
  });
});

describe('a wave after one that brought', () => {
  it('nothing ends the job', async () => {
    const world = worldOf();
    const { id } = await world.newJob();
    const { previousMissing } = await plan(world, id);
    expect((await plan(world, id, 2, previousMissing)).next).toBe('finalize');
  });

  it('something requests the rest', async () => {
    const world = worldOf();
    const { id } = await world.newJob();
    const { previousMissing } = await plan(world, id);
    expect((await plan(world, id, 2, previousMissing + 1)).next).toBe('fetch');
  });

  it('is the first of an execution that a killed host started anew', async () => {
    const world = worldOf();
    const { id } = await world.newJob();
    await plan(world, id);
    expect((await plan(world, id, 1, -1)).next).toBe('fetch');
  });

  it('nothing, but for a chunk that nobody has tried', async () => {
    const world = worldOf();
    const { id } = await world.newJob({ to: days(0, 61).end });
    await world.ports.jobs.plan(id, 1, [chunkOf()]);
    const missing = measure([days(0, 61)]);
    expect((await plan(world, id, 2, missing)).next).toBe('fetch');
  });
});

describe('a chunk whose execution ended without a word', () => {
  const outlived = async (state: 'planned' | 'running') => {
    const world = worldOf();
    const { id } = await world.newJob({ to: days(0, 61).end });
    const { chunks, previousMissing } = await plan(world, id);
    const [first] = chunks as [PlanWaveOutput['chunks'][number]];
    if (state === 'running')
      await world.ports.jobs.checkpoint(id, first.label, { state, leftMs: 1, rows: 0 });
    for (const { label } of chunks.slice(1))
      await world.ports.jobs.checkpoint(id, label, { state: 'waiting', leftMs: 1, rows: 0, resumeAt: NOW });
    return { world, id, first, previousMissing };
  };

  it.each(['planned', 'running'] as const)('is noted as failed by the next wave: %s', async (state) => {
    const { world, id, first, previousMissing } = await outlived(state);
    expect((await plan(world, id, 2, previousMissing + 1)).next).toBe('fetch');
    expect(await world.ports.queries.ledger(AAA, days(0, 61), 9)).toMatchObject([
      { start: first.start, end: first.end, state: 'failed', reason: 'out-of-time' },
    ]);
    const [entered] = await world.ports.jobs.chunks(id);
    expect(entered).toMatchObject({ label: first.label, state: 'planned', wave: 2 });
  });

  it('is the job’s failure, where no wave follows', async () => {
    const world = worldOf();
    const { id } = await world.newJob();
    const { previousMissing } = await plan(world, id);
    expect((await plan(world, id, 2, previousMissing)).next).toBe('finalize');
    expect(await world.ports.jobs.chunks(id)).toMatchObject([
      { state: 'failed', error: { name: 'States.Timeout', code: 'out-of-time' } },
    ]);
  });

  it('is not one of the wave that begins anew, as after a host was killed', async () => {
    const { world, id, first } = await outlived('running');
    await plan(world, id, 1, -1);
    expect((await world.ports.jobs.chunks(id)).find(({ label }) => label === first.label)).toMatchObject({
      state: 'planned',
      wave: 1,
    });
    expect((await world.ports.jobs.chunks(id)).filter(({ error }) => error)).toEqual([]);
  });
});

describe('chunks that wait', () => {
  const waiting = async (world: World, resumes: readonly number[], to = days(0, 61).end) => {
    const { id } = await world.newJob({ to });
    const { chunks, previousMissing } = await plan(world, id);
    for (const [i, resumeAt] of resumes.entries()) {
      const at = { state: 'waiting' as const, leftMs: 1, rows: 0, resumeAt };
      await world.ports.jobs.checkpoint(id, chunks[i]!.label, at);
    }
    return { id, previousMissing };
  };

  it('make the job wait for the first of them, in the same wave', async () => {
    const world = worldOf();
    const { id, previousMissing } = await waiting(world, [NOW + 90 * SECOND, NOW + 30.5 * SECOND]);
    expect(await plan(world, id, 2, 5)).toEqual({
      jobId: id,
      wave: 2,
      nextWave: 2,
      next: 'wait',
      previousMissing: 5,
      waitSeconds: 31,
      chunks: [],
    });
    await world.wait(31 * SECOND);
    // Nothing came meanwhile, and they were not done.
    expect((await plan(world, id, 2, previousMissing)).next).toBe('fetch');
  });

  it('for days are looked at every ten minutes', async () => {
    const world = worldOf();
    const { id } = await waiting(world, [NOW + 3 * DAY, NOW + 3 * DAY]);
    expect(await plan(world, id, 2, 5)).toMatchObject({ next: 'wait', waitSeconds: 600 });
  });

  it('hold up no other', async () => {
    const world = worldOf();
    const { id, previousMissing } = await waiting(world, [NOW + HOUR]);
    expect((await plan(world, id, 2, previousMissing)).next).toBe('fetch');
  });
});

describe('what may still come', () => {
  const young = { from: MARCH, to: NOW };

  it('is not requested twice by one job', async () => {
    const world = worldOf([{ id: 'plain', chunkUnit: () => 'year' }]);
    const { id } = await world.newJob({ from: NOW - HOUR, to: NOW });
    const { chunks } = await plan(world, id);
    await world.ports.jobs.checkpoint(id, chunks[0]!.label, { state: 'done', leftMs: HOUR, rows: 0 });
    expect((await plan(world, id, 2, 2 * HOUR)).next).toBe('finalize');
    // Three hours later it has had time to come.
    await world.wait(3 * HOUR);
    expect((await plan(world, id, 2, 2 * HOUR)).next).toBe('fetch');
  });

  it('of events is left alone where another job has just requested it', async () => {
    const world = worldOf([{ id: 'plain', everyMs: 8 * HOUR, archives: [], refreshEveryMs: 10 * MINUTE }]);
    const recent = { start: NOW - HOUR, end: NOW };
    const { id } = await world.newJob({ from: recent.start, to: recent.end });
    const { chunk } = chunkOf('2025-06', AAA, recent);
    await world.ports.jobs.noteProvisional(chunk, [recent], NOW - 5 * MINUTE);
    expect((await plan(world, id)).next).toBe('finalize');
    await world.wait(1);
    expect((await plan(world, id)).next).toBe('fetch');
    await world.ports.jobs.noteProvisional(
      chunk,
      [{ start: recent.start + MINUTE, end: NOW }],
      world.clock.now,
    );
    expect((await plan(world, id)).next).toBe('fetch');
  });

  it('of steps is requested by each job', async () => {
    const world = worldOf();
    const recent = { start: NOW - HOUR, end: NOW };
    const { id } = await world.newJob({ ...young, from: recent.start });
    await world.ports.jobs.noteProvisional(chunkOf('2025-06', AAA, recent).chunk, [recent], NOW);
    expect((await plan(world, id)).next).toBe('fetch');
  });
});

it('of siblings one goes ahead in each month', async () => {
  const world = worldOf([
    { id: 'one', siblings: ['two'] },
    { id: 'two', siblings: ['one'] },
  ]);
  const { id } = await world.newJob({ to: days(0, 61).end });
  const first = await plan(world, id);
  expect(labels(first)).toEqual(['one AAA 1h 2025-03', 'one AAA 1h 2025-04']);
  // What is missing counts with those that are held back.
  expect(first.previousMissing).toBe(2 * measure([days(0, 61)]));
});
