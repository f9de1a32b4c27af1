import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { InOrder } from '../../functions/runtime/venues/in-order.ts';

it('begins work in the order in which its doers joined, and holds nobody up twice', async () => {
  const order = new InOrder();
  const begun: string[] = [];
  const [first, second, third] = ['first', 'second', 'third'].map((name) => {
    const inTurn = order.join();
    return () => inTurn(() => begun.push(name));
  });
  void third!();
  void second!();
  await turnOfLoop();
  expect(begun).toEqual([]);
  await first!();
  await turnOfLoop();
  expect(begun).toEqual(['first', 'second', 'third']);
  const late = order.join();
  expect(await second!()).toBe(4);
  await late(() => {});
});

it('passes on what the work throws, and goes on', async () => {
  const order = new InOrder();
  const [first, second] = [order.join(), order.join()];
  const later = second(() => 2);
  await expect(first(() => Promise.reject(new Error('cut')))).rejects.toThrow('cut');
  expect(await later).toBe(2);
});
