import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../simulation/engine/random.ts';
import { Scheduler } from '../../../simulation/engine/scheduler.ts';
import { Trace } from '../../../simulation/engine/trace.ts';

const START = Date.UTC(2025, 2);

/** Two processes with three steps each, which write down in which order they went. */
async function interleaving(seed: number) {
  const trace = new Trace();
  const scheduler = new Scheduler({ start: START, random: createRandom(seed), trace });
  const order: string[] = [];
  for (const name of ['a', 'b']) {
    scheduler.spawn(name, async (self) => {
      const step = scheduler.stepOf(self);
      for (let i = 0; i < 3; i++) {
        await step(`step ${i}`);
        order.push(`${name}${i}`);
      }
    });
  }
  await scheduler.run(START + 1);
  return { order: order.join(' '), hash: trace.hash };
}

describe('the scheduler', () => {
  it('gives one seed one interleaving and one hash', async () => {
    expect(await interleaving(7)).toEqual(await interleaving(7));
  });

  it('gives other seeds other interleavings', async () => {
    const orders = await Promise.all(Array.from({ length: 20 }, (_, seed) => interleaving(seed)));
    expect(new Set(orders.map(({ order }) => order)).size).toBeGreaterThan(5);
    expect(new Set(orders.map(({ hash }) => hash)).size).toBe(new Set(orders.map(({ order }) => order)).size);
  });

  it('moves time only when nobody may go on, and to the next instant at which somebody may', async () => {
    const scheduler = new Scheduler({ start: START, random: createRandom(1), trace: new Trace() });
    const seen: number[] = [];
    scheduler.spawn('sleeper', async (self) => {
      await scheduler.sleep(self, 50);
      seen.push(scheduler.now() - START);
    });
    scheduler.spawn('worker', async (self) => {
      const step = scheduler.stepOf(self);
      for (let i = 0; i < 3; i++) await step('work');
      seen.push(scheduler.now() - START);
    });
    await scheduler.run(START + 1_000);
    expect(seen).toEqual([0, 50]);
    expect(scheduler.now()).toBe(START + 1_000);
  });

  it('lets a process that was killed never go on', async () => {
    const scheduler = new Scheduler({ start: START, random: createRandom(1), trace: new Trace() });
    let wentOn = false;
    const { process, ended } = scheduler.spawn('victim', async (self) => {
      await scheduler.stepOf(self)('first');
      await scheduler.sleep(self, 100);
      wentOn = true;
    });
    scheduler.at(START + 50, () => scheduler.kill(process, new Error('killed')));
    await scheduler.run(START + 1_000);
    await expect(ended).rejects.toThrow('killed');
    expect(wentOn).toBe(false);
    expect(scheduler.alive()).toEqual([]);
  });

  it('lets a port refuse before the effect', async () => {
    const scheduler = new Scheduler({
      start: START,
      random: createRandom(1),
      trace: new Trace(),
      before: (_, what) => {
        if (what === 'refused') throw new Error('no answer');
      },
    });
    const { ended } = scheduler.spawn('caller', (self) => scheduler.stepOf(self)('refused'));
    await scheduler.run(START + 1);
    await expect(ended).rejects.toThrow('no answer');
  });
});

describe('random numbers', () => {
  it('of one name do not depend on what another one drew', () => {
    const [one, other] = [createRandom(3), createRandom(3)];
    other.fork('faults').next();
    other.next();
    expect(one.fork('order').next()).toBe(other.fork('order').next());
    expect(one.fork('order').next()).not.toBe(one.fork('latency').next());
  });

  it('count as often as their mean says', () => {
    const random = createRandom(11);
    const counts = Array.from({ length: 4_000 }, () => random.count(3));
    expect(counts.reduce((a, b) => a + b) / counts.length).toBeCloseTo(3, 0);
  });
});
