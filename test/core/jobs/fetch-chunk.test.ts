import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../functions/core/errors/error-codes.ts';
import { BudgetExhausted, GordonError } from '../../../functions/core/errors/errors.ts';
import { fetchChunk } from '../../../functions/core/jobs/fetch-chunk.ts';
import type { PlannedChunk } from '../../../functions/core/ledger/plan.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/core/time/time.ts';
import { FetchChunkOutput } from '../../../functions/core/workflow/contracts.ts';
import { createMemoryLabelRules } from '../../../simulation/memory/ledger/reading.ts';
import { AAA, chunkOf, days, hours, NOW, type World, worldOf } from '../world.ts';

const FRESH = { since: 0, withoutArchive: false };
const MONTH = 31 * 24;
const venueError = (name: GordonError['name'], code: ErrorCode) =>
  new GordonError({ name: name as 'PermanentError', code, subject: '/x', message: 'no.' });

/** A job of one chunk, as the first wave leaves it. */
async function planned(world: World, part: PlannedChunk = chunkOf()) {
  const job = await world.newJob();
  await world.ports.jobs.start(job.id, 1);
  await world.ports.jobs.plan(job.id, 1, [part]);
  const fetch = async (resume = FRESH) =>
    FetchChunkOutput.parse(
      await fetchChunk(world.ports, { jobId: job.id, wave: 1, chunk: part.chunk, resume }),
    );
  const progress = async () => (await world.ports.jobs.chunks(job.id))[0]!;
  return { id: job.id, chunk: part.chunk, fetch, progress };
}

describe('a chunk', () => {
  it('is filled from its month’s file, and noted with its rows and requests', async () => {
    const world = worldOf();
    const { id, chunk, fetch, progress } = await planned(world);
    expect(await fetch()).toEqual({
      outcome: 'done',
      since: NOW,
      withoutArchive: false,
      waitSeconds: 0,
      rows: MONTH,
      leftMs: 0,
    });
    expect(world.venue.calls).toEqual(['/archive/plain/AAA/1h/month/2025-03']);
    expect(await progress()).toEqual({
      label: chunk.label,
      state: 'done',
      wave: 1,
      totalMs: 31 * DAY,
      leftMs: 0,
      rows: MONTH,
      requests: 2,
    });
    expect(await world.ports.store.rowsBy(id, chunk.label)).toBe(MONTH);
    expect(world.warehouse.rows.count(AAA)).toBe(MONTH);
  });

  it('requests only what is missing, and counts what it wrote before', async () => {
    const world = worldOf();
    const { fetch, progress } = await planned(world);
    await fetch();
    world.warehouse.rows.lose(AAA, [hours(5, 7)]);
    await world.ports.catalog.reconcile(AAA, days(0, 31));
    expect(await fetch()).toMatchObject({ outcome: 'done', rows: MONTH, leftMs: 0 });
    expect(world.venue.calls.slice(1)).toEqual(['/archive/plain/AAA/1h/day/2025-03-01']);
    expect(await progress()).toMatchObject({ rows: MONTH, requests: 4 });
  });

  it('of a source that this version does not have fails for good', async () => {
    const world = worldOf();
    const foreign = chunkOf('2025-03', { ...AAA, source: 'other' });
    const { fetch } = await planned(world, foreign);
    await expect(fetch()).rejects.toMatchObject({ name: 'PermanentError', code: 'unknown-source' });
  });

  it('proves what the venue never had', async () => {
    const world = worldOf();
    world.market.hole(AAA, hours(30, 33));
    const { fetch } = await planned(world);
    expect(await fetch()).toMatchObject({ outcome: 'done', rows: MONTH - 3, leftMs: 0 });
    expect((await world.ports.queries.ledger(AAA, hours(30, 33), 9)).map(({ reason }) => reason)).toEqual([
      'venue-outage',
    ]);
  });

  it('is checked as it comes in: what cannot be right is a finding', async () => {
    const world = worldOf();
    world.market.restate(AAA, hours(3, 4).start, -1);
    const { fetch } = await planned(world);
    await fetch();
    const [finding] = [...world.warehouse.book(AAA).findings.values()];
    expect(finding).toMatchObject({
      kind: 'non-positive-price',
      time: hours(3, 4).start,
      detail: { value: -1 },
    });
  });

  it('whose venue fails stays at work in the job table, and the error goes on', async () => {
    const world = worldOf();
    const { fetch, progress } = await planned(world);
    const error = venueError('RetryableVenueError', 'venue-broken');
    world.venue.disturb({ match: /^\/archive/, becomes: { kind: 'error', error } });
    await expect(fetch({ since: NOW - MINUTE, withoutArchive: true })).resolves.toMatchObject({
      outcome: 'done',
    });
    const other = await planned(world, chunkOf('2025-04', AAA, days(31, 61)));
    await expect(other.fetch()).rejects.toMatchObject({ name: 'ArchiveUnreachable', code: 'venue-broken' });
    expect(await other.progress()).toMatchObject({ state: 'running', rows: 0, leftMs: 30 * DAY });
    expect(await progress()).toMatchObject({ state: 'done' });
  });

  it('does without the archive once it could not be reached, and says so to the next call', async () => {
    const world = worldOf();
    const { fetch } = await planned(world);
    const done = await fetch({ since: NOW - MINUTE, withoutArchive: true });
    expect(done).toMatchObject({ outcome: 'done', rows: MONTH, withoutArchive: true, since: NOW - MINUTE });
    expect(world.venue.calls.every((call) => call.startsWith('/rest/plain/AAA/1h'))).toBe(true);
  });

  it('counts at its end what another call wrote for it meanwhile', async () => {
    const world = worldOf();
    const { fetch, progress } = await planned(world);
    const both = await Promise.all([fetch(), fetch()]);
    // Each sees the other's rows in the end: the same event came twice.
    expect(both.map(({ rows }) => rows)).toEqual([MONTH, MONTH]);
    expect(await progress()).toMatchObject({ state: 'done', rows: MONTH });
  });
});

describe('what a chunk needs of our own stores', () => {
  it('is noted before the ledger is read, which may be gone by then', async () => {
    const world = worldOf();
    const { fetch, progress } = await planned(world);
    const { rowsBy } = world.ports.store;
    let calls = 0;
    Object.assign(world.ports.store, {
      rowsBy: (...args: Parameters<typeof rowsBy>) => {
        calls += 1;
        return calls > 1 ? Promise.reject(new Error('the database is gone')) : rowsBy(...args);
      },
    });
    await expect(fetch()).rejects.toThrow('the database is gone');
    expect(await progress()).toMatchObject({ state: 'done', rows: MONTH, leftMs: 0 });
  });

  it('is the life of its symbol once, however many holes there are', async () => {
    const world = worldOf([{ id: 'plain', archives: [], pageRows: 100 }]);
    for (const hour of [30, 330, 630]) world.market.hole(AAA, hours(hour, hour + 1));
    const { fetch } = await planned(world);
    const { listing } = world.ports.store;
    let calls = 0;
    Object.assign(world.ports.store, {
      listing: (...args: Parameters<typeof listing>) => {
        calls += 1;
        return listing(...args);
      },
    });
    expect(await fetch()).toMatchObject({ rows: MONTH - 3, leftMs: 0 });
    expect(calls).toBe(1);
  });

  it('is what was decided about the labels of its files', async () => {
    const world = worldOf();
    const rule = { ...days(0, 31), shiftMs: 0, held: false };
    const seen: unknown[] = [];
    const plain = world.sources.plain!;
    world.sources.plain = {
      ...plain,
      tiers: plain.tiers.map((tier): (typeof plain.tiers)[number] => {
        if (tier.kind !== 'archive') return tier;
        return {
          ...tier,
          labels: { dataset: 'readings', shift: () => 0 },
          parser: (series, expected, facts) => {
            seen.push(facts?.labels);
            return tier.parser(series, expected, facts);
          },
        };
      }),
    };
    const labels = createMemoryLabelRules(new Map([['readings AAA', [rule]]]));
    const { id, chunk } = await planned(world);
    await fetchChunk({ ...world.ports, labels }, { jobId: id, wave: 1, chunk, resume: FRESH });
    expect(seen).toEqual([[rule]]);
  });
});

describe('a cancelled job', () => {
  it('sends no request', async () => {
    const world = worldOf();
    const { id, fetch, progress } = await planned(world);
    await world.ports.jobs.cancel(id);
    expect(await fetch()).toMatchObject({ outcome: 'cancelled', rows: 0, leftMs: 31 * DAY });
    expect(world.venue.calls).toEqual([]);
    expect(await progress()).toMatchObject({ state: 'cancelled' });
  });

  it('stops after the page in hand, which stays and counts', async () => {
    const world = worldOf([{ id: 'plain', archives: [], pageRows: 100 }]);
    const { id, chunk, fetch, progress } = await planned(world);
    const get = world.venue.get.bind(world.venue);
    world.venue.get = async (request) => {
      if (world.venue.calls.length === 1) await world.ports.jobs.cancel(id);
      return get(request);
    };
    expect(await fetch()).toMatchObject({ outcome: 'cancelled', rows: 200, leftMs: (MONTH - 200) * HOUR });
    expect(world.venue.calls).toHaveLength(2);
    expect(await world.ports.store.rowsBy(id, chunk.label)).toBe(200);
    expect(await progress()).toMatchObject({ state: 'cancelled', rows: 200 });
  });
});

describe('a spent budget', () => {
  const spent = (world: World, until: number) =>
    world.venue.disturb({
      match: /^\/rest/,
      times: 1,
      becomes: { kind: 'error', error: new BudgetExhausted('synthetic', until, 'spent') },
    });

  it('is waited for by the state machine, with what came before it kept', async () => {
    const world = worldOf();
    world.market.hole(AAA, hours(30, 33));
    const { fetch, progress } = await planned(world);
    spent(world, NOW + 20.5 * SECOND);
    expect(await fetch()).toMatchObject({
      outcome: 'wait',
      waitSeconds: 21,
      rows: MONTH - 3,
      leftMs: 3 * HOUR,
    });
    expect(await progress()).toMatchObject({
      state: 'waiting',
      resumeAt: NOW + 20.5 * SECOND,
      rows: MONTH - 3,
    });
    await world.wait(21 * SECOND);
    expect(await fetch({ since: NOW, withoutArchive: false })).toMatchObject({
      outcome: 'done',
      since: NOW,
      leftMs: 0,
    });
    expect(await progress()).not.toHaveProperty('resumeAt');
  });

  it('is waited for by a minute at most, for the job may be cancelled', async () => {
    const world = worldOf([{ id: 'plain', archives: [] }]);
    const { fetch } = await planned(world);
    spent(world, NOW + 2 * MINUTE);
    expect(await fetch()).toMatchObject({ outcome: 'wait', waitSeconds: 60 });
  });

  it.each([
    ['that comes back within the wave’s three minutes', NOW, 3 * MINUTE, 'wait'],
    ['that does not', NOW, 3 * MINUTE + 1, 'deferred'],
    ['that would, had the chunk not begun long ago', NOW - MINUTE, 2 * MINUTE + 1, 'deferred'],
  ] as const)('%s', async (_, since, ms, outcome) => {
    const world = worldOf([{ id: 'plain', archives: [] }]);
    const { fetch, progress } = await planned(world);
    spent(world, NOW + ms);
    expect(await fetch({ since, withoutArchive: false })).toMatchObject({ outcome, since });
    expect(await progress()).toMatchObject({ state: 'waiting', resumeAt: NOW + ms });
  });
});

describe('a slow venue', () => {
  const slow = (ms: number) => {
    const world = worldOf([{ id: 'plain', archives: [], pageRows: 100 }]);
    world.venue.disturb({ match: /^\/rest/, becomes: { kind: 'late', ms } });
    return world;
  };

  it('makes the call hand back after 45 seconds, and the next one goes on', async () => {
    const world = slow(20 * SECOND);
    const { fetch, progress } = await planned(world);
    const first = await fetch();
    expect(first).toMatchObject({ outcome: 'again', since: NOW, waitSeconds: 0, rows: 300 });
    expect(await progress()).toMatchObject({ state: 'running', rows: 300, leftMs: (MONTH - 300) * HOUR });
    expect(await fetch({ since: first.since, withoutArchive: false })).toMatchObject({
      outcome: 'again',
      rows: 600,
    });
  });

  it('does not hand back a second too early', async () => {
    const world = slow(22_499);
    const { fetch } = await planned(world);
    expect(await fetch()).toMatchObject({ outcome: 'again', rows: 300 });
  });

  it('hands back at once when the 45 seconds are over', async () => {
    const { fetch } = await planned(slow(22_500));
    expect(await fetch()).toMatchObject({ outcome: 'again', rows: 200 });
  });

  it('is no matter once nothing is missing, nor is a job that is cancelled then', async () => {
    const world = slow(50 * SECOND);
    const { id, fetch, progress } = await planned(world, chunkOf('2025-03', AAA, hours(0, 50)));
    const commit = world.ports.store.commit;
    Object.assign(world.ports.store, {
      commit: async (...args: Parameters<typeof commit>) => {
        await world.ports.jobs.cancel(id);
        return commit(...args);
      },
    });
    expect(await fetch()).toMatchObject({ outcome: 'done', rows: 50, leftMs: 0 });
    expect(await progress()).toMatchObject({ state: 'done', rows: 50 });
  });

  it('leaves to the next wave what three minutes do not bring', async () => {
    const world = slow(50 * SECOND);
    const { fetch, progress } = await planned(world);
    expect(await fetch({ since: NOW - 2 * MINUTE, withoutArchive: false })).toMatchObject({
      outcome: 'again',
    });
    const since = world.clock.now - 2 * MINUTE - 10 * SECOND;
    expect(await fetch({ since, withoutArchive: false })).toMatchObject({ outcome: 'deferred', rows: 200 });
    expect(await progress()).toMatchObject({ state: 'waiting', resumeAt: world.clock.now });
  });
});

describe('siblings', () => {
  it('have their rows stored with the chunk’s, and are requested from then on', async () => {
    const world = worldOf([
      { id: 'one', siblings: ['two'] },
      { id: 'two', siblings: ['one'] },
    ]);
    const two = { ...AAA, source: 'two' };
    const { id, chunk, fetch } = await planned(world, chunkOf('2025-03', { ...AAA, source: 'one' }));
    expect(await fetch()).toMatchObject({ outcome: 'done', rows: 2 * MONTH });
    expect(world.venue.calls).toHaveLength(1);
    expect(world.warehouse.rows.count(two)).toBe(MONTH);
    expect(await world.ports.catalog.requested(two)).toEqual([days(0, 31)]);
    expect(await world.ports.store.rowsBy(id, chunk.label)).toBe(2 * MONTH);
    // Whatever becomes of this job, the sibling stays requested.
    await world.ports.catalog.withdraw(id);
    expect(await world.ports.catalog.requested(two)).toEqual([days(0, 31)]);
  });
});

describe('rows of siblings', () => {
  it('count while the chunk still waits for its own', async () => {
    const world = worldOf([
      { id: 'one', siblings: ['two'] },
      { id: 'two', siblings: ['one'] },
    ]);
    const one = { ...AAA, source: 'one' };
    world.market.hole(one, hours(30, 33));
    const error = new BudgetExhausted('synthetic', NOW + 20 * SECOND, 'spent');
    world.venue.disturb({ match: /^\/rest/, becomes: { kind: 'error', error } });
    const { fetch, progress } = await planned(world, chunkOf('2025-03', one));
    expect(await fetch()).toMatchObject({ outcome: 'wait', rows: 2 * MONTH - 3 });
    expect(await progress()).toMatchObject({ state: 'waiting', rows: 2 * MONTH - 3 });
  });
});

describe('events', () => {
  it('that may still get company are stored, requested again, and noted with when they were requested', async () => {
    const world = worldOf([{ id: 'plain', everyMs: 8 * HOUR, archives: [], settleMs: DAY }]);
    const range = { start: NOW - 10 * DAY, end: NOW };
    const { id, fetch, progress } = await planned(world, chunkOf('2025-06', AAA, range));
    world.venue.disturb({ match: /^\/rest/, becomes: { kind: 'late', ms: 5 } });
    expect(await fetch()).toMatchObject({ outcome: 'done', rows: 30 });
    const left = await world.ports.store.missing(AAA, range);
    expect(left.length).toBeGreaterThan(0);
    expect(await world.ports.jobs.provisionalSince(AAA, NOW, NOW)).toEqual(left);
    expect(await world.ports.store.secure(id)).toBeLessThan(30);
    expect(await progress()).toMatchObject({ state: 'done', rows: 30 });
  });

  it('that are all settled leave no note', async () => {
    const world = worldOf([{ id: 'plain', everyMs: 8 * HOUR, archives: [] }]);
    const { fetch } = await planned(world);
    expect(await fetch()).toMatchObject({ outcome: 'done', rows: 93, leftMs: 0 });
    expect(world.tables.provisional.size).toBe(0);
  });
});
