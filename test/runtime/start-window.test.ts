import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { StartWindow } from '../../functions/runtime/venues/start-window.ts';

/** Downloads that begin to arrive and end when the test says so. */
function downloads(window: StartWindow, count: number) {
  const begun: number[] = [];
  const at = Array.from({ length: count }, (_, i) => {
    const end = Promise.withResolvers<number>();
    let arrive = (): void => {};
    const done = window.of((arrived) => {
      begun.push(i);
      arrive = arrived;
      return end.promise;
    });
    return { done, arrive: () => arrive(), end };
  });
  return { begun, at };
}

describe('the window of downloads', () => {
  it('lets two begin, in order, and two more with each that begins to arrive', async () => {
    const { begun, at } = downloads(new StartWindow(), 9);
    expect(begun).toEqual([0, 1]);
    at[1]!.arrive();
    await turnOfLoop();
    expect(begun).toEqual([0, 1, 2, 3]);
    at[0]!.arrive();
    at[2]!.arrive();
    at[2]!.arrive();
    await turnOfLoop();
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    for (const { end } of at) end.resolve(1);
    await Promise.all(at.map(({ done }) => done));
    expect(begun).toHaveLength(9);
  });

  it('goes on after a download that fails before anything arrives, without growing', async () => {
    const { begun, at } = downloads(new StartWindow(), 4);
    at[0]!.end.reject(new Error('cut'));
    await expect(at[0]!.done).rejects.toThrow('cut');
    expect(begun).toEqual([0, 1, 2]);
    for (const { end } of at) end.resolve(1);
    expect(await Promise.all(at.slice(1).map(({ done }) => done))).toEqual([1, 1, 1]);
  });

  it('begins with two again once the line was quiet', async () => {
    const window = new StartWindow();
    const first = downloads(window, 2);
    for (const one of first.at) {
      one.arrive();
      one.end.resolve(1);
      await one.done;
    }
    expect(downloads(window, 5).begun).toEqual([0, 1]);
  });
});
