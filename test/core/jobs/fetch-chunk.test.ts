import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { BudgetExhausted } from '../../../functions/core/errors/errors.ts';
import { fetchChunk } from '../../../functions/core/jobs/fetch-chunk.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/core/time/time.ts';
import { InOrder } from '../../../functions/runtime/venues/in-order.ts';
import { createMemoryLabelRules } from '../../../simulation/memory/ledger/reading.ts';
import { AAA, chunkOf, days, hours, NOW, worldOf } from '../world.ts';
import { FRESH, MONTH, planned, venueError } from './planned-chunk.ts';

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
      startedAt: NOW,
      endedAt: NOW,
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

  it('requests its file in the turn in which it began, however long the ledger took', async () => {
    const world = worldOf();
    const months = { '2025-03': days(0, 31), '2025-01': days(-59, -28), '2025-02': days(-28, 0) };
    const parts = await Promise.all(
      Object.entries(months).map(([month, range]) => planned(world, chunkOf(month, AAA, range))),
    );
    const order = new InOrder();
    const { promise: first, resolve: answerFirst } = Promise.withResolvers<void>();
    const fetches = parts.map(({ id, chunk }, i) =>
      fetchChunk(
        {
          ...world.ports,
          archive: { read: (object) => world.ports.archive.read(object), join: () => order.join() },
          store: {
            ...world.ports.store,
            rowsBy: async (...given) => {
              if (i === 0) await first;
              return world.ports.store.rowsBy(...given);
            },
          },
        },
        { jobId: id, wave: 1, chunk, resume: FRESH },
      ),
    );
    await turnOfLoop();
    expect(world.venue.calls).toEqual([]);
    answerFirst();
    await Promise.all(fetches);
    expect(world.venue.calls.slice(0, 3)).toEqual(
      Object.keys(months).map((month) => `/archive/plain/AAA/1h/month/${month}`),
    );
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
