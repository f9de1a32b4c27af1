import { describe, expect, it } from 'vitest';
import type { Job, JobStatus } from '../../../functions/core/jobs/job.ts';
import { type Audit, auditGaps } from '../../../functions/core/schedules/audit.ts';
import type { Range } from '../../../functions/core/time/range.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/core/time/time.ts';
import type { Traits } from '../../../simulation/venue/synthetic-sources.ts';
import { AAA, days, hours, NOW, pageOfHours, type World, worldOf } from '../world.ts';

const BBB = { ...AAA, symbol: 'BBB' };

/** A warehouse that holds March of some symbols, but for some hours of it. */
async function marchWithout(
  holes: readonly Range[],
  traits?: readonly Traits[],
  symbols = ['AAA'],
): Promise<World> {
  const world = worldOf(traits);
  await world.runJob((await world.newJob({ symbols })).id);
  for (const symbol of symbols) world.warehouse.rows.lose({ ...AAA, symbol }, holes);
  return world;
}

const audit = async (world: World): Promise<Audit> => {
  const done = await auditGaps(world.ports);
  if (!done) throw new Error('another audit is at it');
  return done;
};

/** The orders of an audit. */
const ordered = async (world: World, { jobs }: Audit): Promise<Pick<Job, 'symbols' | 'from' | 'to'>[]> => {
  const all = await Promise.all(jobs.map((id) => world.ports.jobs.get(id)));
  return all.map((job) => ({ symbols: job!.symbols, from: job!.from, to: job!.to }));
};
const of = ({ start, end }: Range, ...symbols: string[]) => ({ symbols, from: start, to: end });
const end = async (world: World, status: JobStatus): Promise<void> => {
  for (const job of world.tables.jobs.values()) {
    if (job.status === 'queued' || job.status === 'running') {
      await world.ports.jobs.finish(job.id, { status: status as 'succeeded', rows: 0 });
    }
  }
};

describe('an audit', () => {
  it('counts rows against the ledger and orders what is lost, each gap by itself, the newest first', async () => {
    const world = await marchWithout([hours(5, 7), hours(100, 101)]);
    const done = await audit(world);
    expect(done).toMatchObject({ counted: 1, lost: 3, missing: 3, perishable: [] });
    expect(await ordered(world, done)).toEqual([of(hours(100, 101), 'AAA'), of(hours(5, 7), 'AAA')]);
    expect(world.started).toEqual(done.jobs);
    expect((await world.ports.catalog.report({}))[0]!.auditedAt).toBe(NOW);
    for (const id of done.jobs) await world.runJob(id);
    await world.wait(HOUR);
    expect(await audit(world)).toMatchObject({ counted: 1, lost: 0, missing: 0, jobs: [] });
  });

  it('works on many series with one statement, and on the ledger and the leases of those alone that may lack something', async () => {
    const reads = async (gaps: Range[]): Promise<string[]> => {
      const world = await marchWithout(gaps, undefined, ['AAA', 'BBB']);
      const { catalog, leases } = world.ports;
      const seen: string[] = [];
      await auditGaps({
        ...world.ports,
        catalog: {
          ...catalog,
          missingOf: (series, range) => {
            seen.push(`${series.map(({ symbol }) => symbol).join()} ${(range.end - range.start) / HOUR} h`);
            return catalog.missingOf(series, range);
          },
          retire: async (series) => {
            seen.push(`retire ${series.symbol}`);
          },
          audited: async (series) => {
            seen.push(`audited ${series.map(({ symbol }) => symbol).join()}`);
          },
        },
        leases: {
          ...leases,
          read: (name) => {
            seen.push(name);
            return leases.read(name);
          },
        },
      });
      return seen;
    };
    // The first one is its own.
    expect(await reads([])).toEqual(['audit-gaps', 'audited AAA,BBB']);
    expect((await reads([hours(5, 7)])).slice(2, 3)).toEqual(['AAA,BBB 2 h']);
  });

  it('orders what was never fetched, though nothing is lost', async () => {
    const world = worldOf();
    await world.ports.catalog.request(AAA, days(0, 2));
    const done = await audit(world);
    expect(done).toMatchObject({ lost: 0, missing: 48 });
    expect(await ordered(world, done)).toEqual([of(days(0, 2), 'AAA')]);
  });

  it('orders a proof that is due to be checked again', async () => {
    const world = worldOf();
    world.market.hole(AAA, hours(5, 7));
    world.clock.now = hours(5, 7).end + 12 * HOUR;
    await world.runJob((await world.newJob({ to: hours(0, 10).end })).id);
    expect(await audit(world)).toMatchObject({ missing: 0, jobs: [] });
    await world.wait(DAY);
    const done = await audit(world);
    expect(await ordered(world, done)).toEqual([of(hours(5, 7), 'AAA')]);
  });

  it('leaves out what the venue has not had time to publish', async () => {
    const world = worldOf();
    await world.ports.catalog.request(AAA, { start: NOW - 4 * HOUR, end: NOW });
    const done = await audit(world);
    expect(done.missing).toBe(2);
    expect(await ordered(world, done)).toEqual([of({ start: NOW - 4 * HOUR, end: NOW - 2 * HOUR }, 'AAA')]);
  });

  it('puts symbols that lack the same into one order', async () => {
    const world = await marchWithout([hours(5, 7)], undefined, ['AAA', 'BBB']);
    expect(await ordered(world, await audit(world))).toEqual([of(hours(5, 7), 'AAA', 'BBB')]);
  });

  it('orders all that lies around more than twenty gaps of a series at once', async () => {
    const holes = (count: number) => Array.from({ length: count }, (_, i) => hours(2 * i, 2 * i + 1));
    const twenty = await marchWithout(holes(20));
    expect((await audit(twenty)).jobs).toHaveLength(20);
    const more = await marchWithout(holes(21));
    const done = await audit(more);
    expect(await ordered(more, done)).toEqual([of(hours(0, 41), 'AAA')]);
    expect(done.missing).toBe(21);
  });

  it('makes fifty orders at most, and the rest in the next run', async () => {
    const traits = ['one', 'two', 'three'].map((id): Traits => ({ id }));
    const world = worldOf(traits);
    for (const [n, { id }] of traits.entries()) {
      for (let i = 0; i < 18; i++) {
        await world.ports.catalog.request(
          { ...AAA, source: id },
          hours(100 * n + 3 * i, 100 * n + 3 * i + 1),
        );
      }
    }
    expect((await audit(world)).jobs).toHaveLength(50);
    await world.wait(SECOND);
    expect((await audit(world)).jobs).toHaveLength(4);
  });
});

describe('what an audit leaves alone', () => {
  it('a job is at work on it', async () => {
    const world = await marchWithout([hours(5, 7), hours(100, 101)]);
    await world.newJob({ from: hours(0, 1).start, to: hours(6, 7).start });
    const done = await audit(world);
    expect(await ordered(world, done)).toEqual([of(hours(100, 101), 'AAA'), of(hours(6, 7), 'AAA')]);
    expect(done.missing).toBe(3);
  });

  it('it was cancelled within a day', async () => {
    const world = await marchWithout([hours(5, 7)]);
    await world.ports.jobs.cancel((await world.newJob({ to: days(0, 1).end })).id);
    expect((await audit(world)).jobs).toEqual([]);
    await world.wait(DAY - 1);
    expect((await audit(world)).jobs).toEqual([]);
    await world.wait(1);
    expect((await audit(world)).jobs).toHaveLength(1);
  });

  it('the series is unfollowed', async () => {
    const world = await marchWithout([]);
    await world.ports.catalog.unfollow(AAA);
    world.warehouse.rows.lose(AAA, [hours(5, 7)]);
    expect(await audit(world)).toMatchObject({ counted: 1, lost: 2, missing: 0, jobs: [] });
  });

  it.each([
    ['the refresh sees to it', HOUR, false],
    ['not where the refresh is dead', 2 * HOUR, true],
  ])('%s', async (_, ago, both) => {
    const world = worldOf();
    const hourAt = (back: number) => ({ start: NOW - back, end: NOW - back + HOUR });
    const [old, young] = [hourAt(60 * HOUR), hourAt(24 * HOUR)];
    await world.runJob((await world.newJob({ from: NOW - 3 * DAY, to: NOW })).id);
    world.warehouse.rows.lose(AAA, [old, young]);
    await world.ports.leases.take('refresh plain 1h', { at: NOW - ago, failures: 0 }, undefined);
    const done = await audit(world);
    expect(done).toMatchObject({ lost: 2, missing: 2 });
    expect(await ordered(world, done)).toEqual(both ? [of(young, 'AAA'), of(old, 'AAA')] : [of(old, 'AAA')]);
  });

  it('not where the refresh comes more rarely than the audit', async () => {
    const world = worldOf([{ id: 'plain', refreshEveryMs: 2 * HOUR }]);
    const tail = { start: NOW - 3 * DAY, end: NOW - 3 * HOUR };
    await world.ports.catalog.request(AAA, tail);
    await world.ports.leases.take('refresh plain 1h', { at: NOW, failures: 0 }, undefined);
    expect(await ordered(world, await audit(world))).toEqual([of(tail, 'AAA')]);
  });

  it.each<[string, Partial<Traits>, number]>([
    ['its key is not there', { key: { env: 'A_KEY', from: 'https://example.com' } }, 24],
    ['only the present moment can be requested', { snapshot: true }, 24],
  ])('%s', async (_, more, missing) => {
    const world = worldOf([{ id: 'plain', ...more }]);
    await world.ports.catalog.request(AAA, days(0, 1));
    expect(await audit(world)).toMatchObject({ counted: 1, missing, jobs: [] });
  });

  it('its source is not registered any more', async () => {
    const world = await marchWithout([hours(5, 7)]);
    const ports = { ...world.ports, sources: {} };
    expect(await auditGaps(ports)).toEqual({ counted: 0, lost: 0, missing: 0, perishable: [], jobs: [] });
  });
});

describe('a gap that does not close', () => {
  /** Hours after which it is ordered, in some days of hourly audits. */
  async function ordersAt(world: World, status: JobStatus, hoursLong: number): Promise<number[]> {
    const out: number[] = [];
    for (let hour = 0; hour < hoursLong; hour++) {
      if ((await audit(world)).jobs.length > 0) out.push(hour);
      await end(world, status);
      await world.wait(HOUR);
    }
    return out;
  }

  it('is ordered ever more rarely, though once a day', async () => {
    const world = await marchWithout([hours(5, 6)]);
    const often = await ordersAt(world, 'completed_with_gaps', 5 * 24);
    const pauses = often.slice(1).map((hour, i) => hour - often[i]!);
    expect(pauses.slice(0, 3)).toEqual([2, 4, 8]);
    expect(Math.max(...pauses)).toBe(24);
  });

  it('is ordered by each audit while it is about to be lost', async () => {
    const world = worldOf([{ id: 'plain', archives: [], reachMs: 30 * DAY }]);
    await world.ports.catalog.request(AAA, { start: NOW - 20 * DAY, end: NOW - 20 * DAY + HOUR });
    expect(await ordersAt(world, 'completed_with_gaps', 5)).toEqual([0, 1, 2, 3, 4]);
  });

  it('comes after one that is about to be lost', async () => {
    const world = worldOf([{ id: 'lasting' }, { id: 'fleeting', archives: [], reachMs: 30 * DAY }]);
    const old = { start: NOW - 20 * DAY, end: NOW - 20 * DAY + HOUR };
    const young = { start: NOW - 5 * DAY, end: NOW - 5 * DAY + HOUR };
    await world.ports.catalog.request({ ...AAA, source: 'lasting' }, young);
    await world.ports.catalog.request({ ...AAA, source: 'fleeting' }, old);
    const done = await audit(world);
    expect(await ordered(world, done)).toEqual([of(old, 'AAA'), of(young, 'AAA')]);
    expect(done.perishable).toMatchObject([
      { source: 'fleeting', ...old, lostAt: old.start + 30 * DAY, daysLeft: 10 },
    ]);
  });
});

describe('what is about to be lost', () => {
  const fleeting: Traits = { id: 'plain', reachMs: 30 * DAY };
  const old = { start: NOW - 20 * DAY, end: NOW - 20 * DAY + HOUR };

  it('is not what the venue has not had time to publish', async () => {
    const world = worldOf([{ ...fleeting, archives: [] }]);
    await world.ports.catalog.request(AAA, { start: NOW - HOUR, end: NOW });
    expect((await audit(world)).perishable).toEqual([]);
    await world.wait(2 * HOUR);
    expect((await audit(world)).perishable).toHaveLength(1);
  });

  it('is what the archive gave no good answer about', async () => {
    const world = worldOf([fleeting]);
    await world.ports.catalog.request(AAA, old);
    expect((await audit(world)).perishable).toEqual([]);
    await world.wait(1);
    const chunk = { ...AAA, ...old, label: 'plain AAA 1h 2025-05' };
    await world.ports.store.markFailed(chunk, 'x', { code: 'checksum-mismatch', message: 'damaged' });
    expect((await audit(world)).perishable).toMatchObject([{ ...old, daysLeft: 9.99 }]);
  });

  it('is not a moment of which there is a picture', async () => {
    const world = worldOf([{ id: 'plain', snapshot: true }]);
    const { id } = await world.newJob();
    await world.runJob(id);
    await world.wait(45 * MINUTE);
    expect((await audit(world)).perishable).toEqual([]);
    await world.wait(HOUR);
    expect((await audit(world)).perishable).toMatchObject([{ start: NOW + HOUR, end: NOW + 2 * HOUR }]);
  });
});

describe('two audits', () => {
  it('do not run at the same time', async () => {
    const world = await marchWithout([]);
    const both = await Promise.all([auditGaps(world.ports), auditGaps(world.ports)]);
    expect(both.filter((one) => one !== undefined)).toHaveLength(1);
  });

  it('follow one another, also when the first one failed', async () => {
    const world = await marchWithout([]);
    const catalog = { ...world.ports.catalog, audited: () => Promise.reject(new Error('down')) };
    await expect(auditGaps({ ...world.ports, catalog })).rejects.toThrow('down');
    expect(await world.ports.leases.read('audit-gaps')).toBeUndefined();
    expect((await audit(world)).counted).toBe(1);
  });

  it('wait twenty minutes for one that does not come back', async () => {
    const world = await marchWithout([]);
    await world.ports.leases.take('audit-gaps', { at: NOW, failures: 0 }, undefined);
    await world.wait(20 * MINUTE - 1);
    expect(await auditGaps(world.ports)).toBeUndefined();
    await world.wait(1);
    expect(await auditGaps(world.ports)).toBeDefined();
  });

  it('count two series at the same time, and no more', async () => {
    const symbols = ['AAA', 'BBB', 'CCC', 'DDD'];
    const world = worldOf([{ id: 'plain', defaultSymbols: symbols }]);
    for (const symbol of symbols) await world.ports.catalog.request({ ...AAA, symbol }, days(0, 1));
    const { reconcile } = world.ports.catalog;
    const both = Promise.withResolvers<void>();
    let [atWork, most] = [0, 0];
    const together: typeof reconcile = async (series, range) => {
      most = Math.max(most, ++atWork);
      if (atWork === 2) both.resolve();
      await both.promise;
      const lost = await reconcile(series, range);
      atWork--;
      return lost;
    };
    const ports = { ...world.ports, catalog: { ...world.ports.catalog, reconcile: together } };
    expect(await auditGaps(ports)).toMatchObject({ counted: 4 });
    expect(most).toBe(2);
  });

  it('share a warehouse that is too large for one: those first that have waited longest', async () => {
    const world = worldOf([{ id: 'plain', defaultSymbols: ['AAA', 'BBB', 'CCC'] }]);
    for (const symbol of ['AAA', 'BBB', 'CCC'])
      await world.ports.catalog.request({ ...AAA, symbol }, days(0, 1));
    const counted: string[] = [];
    const { reconcile } = world.ports.catalog;
    const slow: typeof reconcile = async (series, range) => {
      counted.push(series.symbol);
      await world.wait(80 * SECOND);
      return reconcile(series, range);
    };
    const ports = { ...world.ports, catalog: { ...world.ports.catalog, reconcile: slow } };
    expect(await auditGaps(ports)).toMatchObject({ counted: 2 });
    expect(await auditGaps(ports)).toMatchObject({ counted: 2 });
    expect(counted).toEqual(['AAA', 'BBB', 'CCC', 'AAA']);
  });
});

it('a row that comes back without an account is fetched again, and not lost twice', async () => {
  const world = await marchWithout([hours(5, 6)]);
  await world.ports.catalog.reconcile(AAA, days(0, 31));
  expect(await audit(world)).toMatchObject({ lost: 0, missing: 1 });
  await world.ports.store.commit([pageOfHours(world, 5, 6)], { jobId: 'x', chunk: 'y' });
  await end(world, 'succeeded');
  await world.wait(HOUR);
  expect(await audit(world)).toMatchObject({ missing: 0, jobs: [] });
  expect(await world.ports.catalog.requested(BBB)).toEqual([]);
});
