import { describe, expect, it } from 'vitest';
import { BudgetExhausted } from '../../../functions/core/errors/errors.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/core/time/time.ts';
import { AAA, chunkOf, hours, NOW, type World, worldOf } from '../world.ts';
import { MONTH, planned } from './planned-chunk.ts';

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
    ['that comes back within the wave’s two and a half minutes', NOW, 2.5 * MINUTE, 'wait'],
    ['that does not', NOW, 2.5 * MINUTE + 1, 'deferred'],
    ['that would, had the chunk not begun long ago', NOW - MINUTE, 1.5 * MINUTE + 1, 'deferred'],
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

  it('leaves to the next wave what two and a half minutes do not bring', async () => {
    const world = slow(50 * SECOND);
    const { fetch, progress } = await planned(world);
    expect(await fetch({ since: NOW - 1.5 * MINUTE, withoutArchive: false })).toMatchObject({
      outcome: 'again',
    });
    const since = world.clock.now - 1.5 * MINUTE - 10 * SECOND;
    expect(await fetch({ since, withoutArchive: false })).toMatchObject({ outcome: 'deferred', rows: 200 });
    expect(await progress()).toMatchObject({ state: 'waiting', resumeAt: world.clock.now });
  });
});
