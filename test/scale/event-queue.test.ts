import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EventQueue } from '../../bench/scale/model/event-queue.ts';

const times = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 3_000 });

it('gives events in order of time, and of their entry where the time is the same', () => {
  fc.assert(
    fc.property(times, (all) => {
      const queue = new EventQueue();
      for (const [i, at] of all.entries()) queue.push(at, i);
      const out = Array.from(all, () => [queue.pop(), queue.now] as const);
      const wanted = all.map((at, i) => [i, at] as const).sort((a, b) => a[1] - b[1] || a[0] - b[0]);
      expect(out).toEqual(wanted);
      expect(queue.size).toBe(0);
    }),
    { numRuns: 60 },
  );
});

it('keeps its order when events are entered while others are taken', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 9 })), { maxLength: 400 }),
      (steps) => {
        const queue = new EventQueue();
        const model: { at: number; i: number }[] = [];
        steps.forEach(([take, after], i) => {
          if (take && model.length > 0) {
            model.sort((a, b) => a.at - b.at || a.i - b.i);
            expect(queue.pop()).toBe(model.shift()!.i);
          } else {
            queue.push(queue.now + after, i);
            model.push({ at: queue.now + after, i });
          }
        });
      },
    ),
  );
});

it('says so when it is empty', () => {
  expect(() => new EventQueue().pop()).toThrow('no event');
  expect(new EventQueue().next).toBe(Number.POSITIVE_INFINITY);
});
