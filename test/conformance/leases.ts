import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { claim, type Leases, type Pace } from '../../functions/core/jobs/lease.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../functions/core/time/time.ts';
import type { JobTableUnderTest, MakeJobTable } from './job-table.ts';

const T0 = Date.UTC(2025, 5, 1);
const PACE: Pace = { everyMs: MINUTE, longestMs: 8 * MINUTE };

/** What every store of leases does. */
export function describeLeases(makeTable: MakeJobTable): void {
  let table: JobTableUnderTest;
  let leases: Leases;
  let name: string;
  let tests = 0;
  beforeAll(async () => {
    table = await makeTable(T0);
    leases = table.leases;
  });
  beforeEach(() => {
    table.now = T0;
    name = `work ${tests++}`;
  });
  afterAll(() => table[Symbol.asyncDispose]());

  const turn = (pace = PACE) => claim({ leases, jobs: table.jobs, clock: table.clock }, name, pace);
  const job = async () => {
    const order = { source: 'klines', sources: [], symbols: [], skipped: [], timeframe: '1m' } as const;
    return (await table.jobs.create({ ...order, from: 0, to: 1, alsoRequested: false })).job.id;
  };

  describe('a turn', () => {
    it('is one holder’s, of many that come at once', async () => {
      const turns = await Promise.all(Array.from({ length: 8 }, () => turn()));
      expect(turns.filter(Boolean)).toHaveLength(1);
    });

    it('is due once in each period, when the holder has ended', async () => {
      const first = (await turn())!;
      await leases.settle(first, []);
      expect(await leases.read(name)).toEqual({ ...first, done: true, jobs: [] });
      table.now += 59 * SECOND;
      expect(await turn()).toBeUndefined();
      table.now += SECOND;
      expect((await Promise.all([turn(), turn(), turn()])).filter(Boolean)).toHaveLength(1);
    });

    it('passes on when its holder does not come back, and the holder ends nothing then', async () => {
      const lost = (await turn())!;
      table.now += 4 * MINUTE;
      expect(await turn()).toBeUndefined();
      table.now += MINUTE;
      const next = (await turn())!;
      await leases.settle(lost, ['an old job']);
      await leases.drop(lost);
      expect(await leases.read(name)).toEqual(next);
    });

    it('is due at once when the holder gave it back', async () => {
      await leases.drop((await turn())!);
      expect(await turn()).toBeDefined();
    });

    it('is not due while its jobs are at work, unless they have been for days', async () => {
      await leases.settle((await turn())!, [await job()]);
      table.now += HOUR;
      expect(await turn()).toBeUndefined();
      table.now += 2 * DAY;
      expect(await turn()).toBeDefined();
    });

    it('comes later after each failure', async () => {
      const waits: number[] = [];
      for (let n = 0; n < 5; n++) {
        const from = table.now;
        let lease = await turn();
        while (!lease) {
          table.now += MINUTE;
          lease = await turn();
        }
        waits.push((table.now - from) / MINUTE);
        const id = await job();
        await table.jobs.finish(id, { status: n < 4 ? 'failed' : 'succeeded', rows: 0 });
        await leases.settle(lease, [id]);
      }
      expect(waits).toEqual([0, 2, 2, 4, 8]);
      table.now += MINUTE;
      expect(await turn()).toBeDefined();
    });
  });

  describe('a clock that jumps', () => {
    it.each([-10 * DAY, -HOUR, HOUR, 10 * DAY])('by %d ms leaves no lease that blocks', async (jump) => {
      // The holder took it at another time than ours, and was killed.
      table.now = T0 + jump;
      await turn();
      table.now = T0;
      expect(await turn()).toBeDefined();
    });

    it('by less than a holder’s time does not give its turn away', async () => {
      await turn();
      table.now -= MINUTE;
      expect(await turn()).toBeUndefined();
    });
  });
}
