import { describe, expect, it } from 'vitest';
import type { Job, JobOrder } from '../../../functions/core/jobs/job.ts';
import type { Gap, SeriesTail } from '../../../functions/core/ledger/ports.ts';
import { refreshTails, tailStart } from '../../../functions/core/schedules/refresh.ts';
import type { Source } from '../../../functions/core/series/source.ts';
import { DAY, HOUR, iso, MINUTE } from '../../../functions/core/time/time.ts';
import { emptyJobTables } from '../../../simulation/memory/jobs/job-tables.ts';
import { createMemoryLeases } from '../../../simulation/memory/jobs/leases.ts';
import { AAA, NOW, worldOf as warehouseOf } from '../world.ts';

const HOUR_TEN = Date.parse('2025-03-10T10:00:00Z');

const source = (id: string, more: Partial<Source>): Source =>
  ({
    id,
    family: id,
    timeframes: ['1m'],
    defaultTimeframe: '1m',
    defaultSymbols: ['A', 'B'],
    tiers: [],
    symbolPattern: /^[AB]$/,
    settleMs: HOUR,
    finalAfterMs: 0,
    refreshEveryMs: MINUTE,
    ...more,
  }) as unknown as Source;

interface World {
  now: number;
  requested: { start: number; end: number }[];
  followed: boolean;
  gaps: Gap[];
  keys: string[];
  latest?: number;
  refused?: string;
}

/** A warehouse of made-up sources; `run` gives the orders of one run, by source. */
function worldOf(sources: Readonly<Record<string, Source>>, more: Partial<World> = {}) {
  const world: World = {
    now: HOUR_TEN,
    requested: [{ start: Date.parse('2020-01-01'), end: HOUR_TEN - MINUTE }],
    followed: true,
    gaps: [],
    keys: [],
    ...more,
  };
  const jobs: Job[] = [];
  const leases = createMemoryLeases(emptyJobTables());
  const run = async () => {
    const before = jobs.length;
    await refreshTails({
      sources,
      leases,
      clock: () => world.now,
      hasKey: (env: string) => world.keys.includes(env),
      catalog: {
        tails: async () =>
          Object.keys(sources).flatMap((id) =>
            ['A', 'B'].map((symbol) => ({ source: id, symbol, timeframe: '1m', ...world })),
          ) as unknown as SeriesTail[],
      },
      jobs: {
        get: async (id: string) => jobs.find((job) => job.id === id),
        list: async ({ statuses }: { statuses: string[] }) => ({
          jobs: jobs.filter(({ status }) => statuses.includes(status)),
          more: false,
        }),
        create: async (order: JobOrder) => {
          const job = { ...order, id: `job ${jobs.length}`, status: 'queued', createdAt: world.now } as Job;
          if (order.sources[0] === world.refused) throw new Error('refused');
          jobs.push(job);
          return { job, created: true, joined: false };
        },
      },
      workflow: { start: async () => {} },
    } as unknown as Parameters<typeof refreshTails>[0]);
    return jobs.slice(before);
  };
  const end = (status: Job['status']) =>
    jobs.splice(0, jobs.length, ...jobs.map((job) => ({ ...job, status, finishedAt: world.now })));
  return { world, run, end, jobs };
}

const plain = { plain: source('plain', {}) };

describe('the refresh', () => {
  it('orders the tail of each source, one job for all its symbols', async () => {
    const orders = await worldOf({ ...plain, other: source('other', {}) }).run();
    expect(orders.map(({ sources, symbols }) => [...sources, ...symbols])).toEqual([
      ['plain', 'A', 'B'],
      ['other', 'A', 'B'],
    ]);
    expect(orders.map(({ from, to }) => [iso(from), iso(to)])).toEqual(
      orders.map(() => ['2025-03-08T10:00:00Z', '2025-03-10T10:00:00Z']),
    );
  });

  it('makes one order for a family whose sources want the same', async () => {
    const family = { one: source('one', { family: 'klines' }), two: source('two', { family: 'klines' }) };
    const at = worldOf(family);
    expect((await at.run()).map(({ sources }) => sources)).toEqual([['one', 'two']]);
    // Both leases know of the job.
    at.world.now += MINUTE;
    expect(await at.run()).toEqual([]);
  });

  it('orders what a family’s word leaves out by its own name', async () => {
    const at = worldOf({
      one: source('one', { family: 'klines' }),
      two: source('two', { family: 'klines' }),
      three: source('three', { family: 'klines', byName: true }),
    });
    expect((await at.run()).map(({ sources }) => sources)).toEqual([['one', 'two'], ['three']]);
  });

  it('leaves what a snapshot brings along to it, and orders it alone while the other cannot be', async () => {
    const tiers = [{ kind: 'snapshot' }] as unknown as Source['tiers'];
    const at = worldOf({
      gex: source('gex', { tiers }),
      quotes: source('quotes', { tiers, siblings: ['gex'], refreshEveryMs: 15 * MINUTE }),
    });
    const ordered = async () => (await at.run()).map(({ sources }) => sources[0]);
    expect(await ordered()).toEqual(['quotes']);
    at.world.now += MINUTE;
    expect(await ordered()).toEqual([]);
    at.end('failed');
    at.world.now += MINUTE;
    expect(await ordered()).toEqual(['gex']);
  });

  it('orders each source at its own pace, and none twice in the same period', async () => {
    const at = worldOf({ ...plain, slow: source('slow', { refreshEveryMs: 15 * MINUTE }) });
    const ordered: string[] = [];
    for (let minute = 3; minute < 33; minute += 0.5) {
      at.world.now = HOUR_TEN + minute * MINUTE;
      for (const { sources } of await at.run()) ordered.push(`${minute} ${sources[0]}`);
      at.end('succeeded');
    }
    expect(ordered.filter((text) => text.endsWith('plain'))).toHaveLength(30);
    expect(ordered.filter((text) => text.endsWith('slow'))).toEqual(['3 slow', '15 slow', '30 slow']);
  });

  it('orders nothing when no step has become final and none is missing', async () => {
    const at = worldOf(plain, { requested: [{ start: 0, end: HOUR_TEN }] });
    expect(await at.run()).toEqual([]);
    at.world.gaps = [{ start: HOUR_TEN - HOUR, end: HOUR_TEN - MINUTE, steps: 59, cause: 'ours' }];
    expect(await at.run()).toHaveLength(1);
  });

  it('takes a snapshot where this step has none, and does not wait for a step of the future', async () => {
    const gex = { gex: source('gex', { tiers: [{ kind: 'snapshot' }] as unknown as Source['tiers'] }) };
    const runWith = (latest?: number) => worldOf(gex, { ...(latest !== undefined && { latest }) }).run();
    expect(await runWith()).toHaveLength(1);
    expect(await runWith(HOUR_TEN - MINUTE)).toHaveLength(1);
    expect(await runWith(HOUR_TEN)).toEqual([]);
    expect(await runWith(HOUR_TEN + DAY)).toHaveLength(1);
  });

  it('leaves out a source whose key is not there, and no other', async () => {
    const keyed = source('keyed', { key: { env: 'A_KEY', from: 'https://example.com' } });
    expect((await worldOf({ keyed, ...plain }).run()).map(({ sources }) => sources[0])).toEqual(['plain']);
    expect(await worldOf({ keyed }, { keys: ['A_KEY'] }).run()).toHaveLength(1);
  });

  it('makes the other orders when one is refused, reports it, and tries that one again', async () => {
    const at = worldOf({ bad: source('bad', {}), ...plain }, { refused: 'bad' });
    await expect(at.run()).rejects.toThrow('refused');
    expect(at.jobs.map(({ sources }) => sources[0])).toEqual(['plain']);
    delete at.world.refused;
    expect((await at.run()).map(({ sources }) => sources[0])).toEqual(['bad']);
  });
});

describe('turn after turn', () => {
  it('a series that is followed is whole up to the last final step, and ordered once in each', async () => {
    const world = warehouseOf([{ id: 'plain', archives: [], settleMs: MINUTE }]);
    await world.ports.catalog.request(AAA, { start: NOW - 5 * DAY, end: NOW - 3 * DAY });
    await world.ports.catalog.request(AAA, { start: NOW - HOUR, end: NOW });
    const orders: number[] = [];
    for (let minute = 0; minute < 3 * 60; minute += 5) {
      for (const id of await refreshTails(world.ports)) {
        orders.push(minute);
        expect((await world.runJob(id)).status).toBe('succeeded');
      }
      await world.wait(5 * MINUTE);
    }
    expect(orders).toEqual([0, 60, 120]);
    const [report] = await world.ports.catalog.report({});
    const first = { start: NOW - 5 * DAY, end: NOW - 3 * DAY };
    // What was requested before the tail is the audit's.
    expect(report!.gaps).toMatchObject([first]);
    expect(report!.latest).toBe(NOW + HOUR);
  });

  it('a series that is unfollowed is left alone', async () => {
    const world = warehouseOf();
    await world.ports.catalog.request(AAA, { start: NOW - DAY, end: NOW });
    await world.ports.catalog.unfollow(AAA);
    expect(await refreshTails(world.ports)).toEqual([]);
  });
});

describe('what a refresh begins with', () => {
  const spec = { settleMs: HOUR };
  const days = (start: number, end: number) => ({ start: HOUR_TEN + start * DAY, end: HOUR_TEN + end * DAY });
  const from = (requested: { start: number; end: number }[], gaps: object[] = [], followed = true) =>
    (tailStart({ requested, followed, gaps: gaps as Gap[] }, spec, HOUR_TEN) - HOUR_TEN) / DAY;

  it('is two days back, but nothing in front of what was ever requested', () => {
    expect(from([days(-400, -0.1)])).toBe(-2);
    expect(from([days(-1, -0.1)])).toBe(-1);
  });

  it('is the end of the last run when none came for longer', () => {
    expect(from([days(-400, -9)])).toBe(-9);
  });

  it('is the beginning of what the last runs did not get', () => {
    expect(from([days(-400, -0.1)], [days(-50, -40), days(-6, -0.1)])).toBe(-6);
  });

  it('is the tail alone where only a stretch of history was requested', () => {
    expect(from([days(-400, -390)], [], false)).toBe(-2);
  });

  it('is as far back as the venue revises', () => {
    expect(
      tailStart({ requested: [days(-900, -1)], followed: true, gaps: [] }, { settleMs: 400 * DAY }, HOUR_TEN),
    ).toBe(HOUR_TEN - 400 * DAY);
  });
});

describe('runs that overlap', () => {
  it('order the same work once', async () => {
    const at = worldOf(plain);
    const runs = await Promise.all([at.run(), at.run(), at.run()]);
    expect(runs.length).toBe(3);
    expect(at.jobs).toHaveLength(1);
  });

  it('do not order while the last job is at work, and only what came since from other jobs', async () => {
    const at = worldOf(plain);
    await at.run();
    at.world.now += MINUTE;
    expect(await at.run()).toEqual([]);
    at.end('succeeded');
    at.jobs.push({ ...at.jobs[0]!, id: 'by hand', status: 'running', from: 0, to: at.world.now });
    at.world.now += 5 * MINUTE;
    const [order] = await at.run();
    expect(order).toMatchObject({ from: at.world.now - 5 * MINUTE, to: at.world.now });
  });

  it('leave for a day what was cancelled', async () => {
    const at = worldOf(plain);
    await at.run();
    at.end('cancelled');
    at.world.now += HOUR;
    expect(await at.run()).toMatchObject([{ from: HOUR_TEN }]);
    at.end('cancelled');
    at.world.now += DAY;
    expect((await at.run())[0]!.from).toBe(at.world.now - 2 * DAY);
  });

  it('slow down while jobs fail, and go back to their pace', async () => {
    const at = worldOf(plain);
    const ordered: number[] = [];
    for (let minute = 0; minute < 300; minute++) {
      at.world.now = HOUR_TEN + minute * MINUTE;
      if ((await at.run()).length > 0) ordered.push(minute);
      at.end(minute < 200 ? 'failed' : 'succeeded');
    }
    expect(ordered.filter((minute) => minute < 200)).toEqual([
      0,
      2,
      4,
      8,
      ...Array.from({ length: 19 }, (_, i) => 10 * (i + 1)),
    ]);
    expect(ordered.filter((minute) => minute > 210)).toHaveLength(89);
  });
});

describe('a clock that jumps', () => {
  it.each([-400 * DAY, -HOUR, -MINUTE, -1_000, 0, 1_000, HOUR, 400 * DAY])(
    'by %d ms blocks nothing',
    async (jump) => {
      const at = worldOf(plain, { requested: [{ start: 0, end: HOUR_TEN - 900 * DAY }] });
      await at.run();
      at.end('succeeded');
      at.world.now += jump;
      await at.run();
      at.end('succeeded');
      for (let minute = 1; minute <= 3; minute++) {
        at.world.now = HOUR_TEN + minute * MINUTE;
        expect(await at.run()).toHaveLength(1);
        at.end('succeeded');
      }
    },
  );

  it('running backwards orders once in each period', async () => {
    const at = worldOf({ slow: source('slow', { refreshEveryMs: 15 * MINUTE }) });
    let ordered = 0;
    for (let minute = 60; minute > 0; minute--) {
      at.world.now = HOUR_TEN + minute * MINUTE;
      ordered += (await at.run()).length;
      at.end('succeeded');
    }
    expect(ordered).toBe(5);
  });
});
