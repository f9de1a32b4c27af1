import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { StartWindow } from '../../functions/runtime/venues/start-window.ts';

/** Downloads that begin to arrive and end when the test says so. @param names of one digit, in the order in which they come */
function downloads(window: StartWindow, names: string) {
  const begun: string[] = [];
  const at = [...names].map((name) => {
    const end = Promise.withResolvers<number>();
    let arrive = (): void => {};
    const done = window.of(name, (arrived) => {
      begun.push(name);
      arrive = arrived;
      return end.promise;
    });
    return { done, arrive: () => arrive(), end };
  });
  return { begun, at };
}

describe('the window of downloads', () => {
  it('lets one begin, and by name three more with each that begins to arrive', async () => {
    const { begun, at } = downloads(new StartWindow(), '315246987');
    expect(begun.join('')).toBe('3');
    at[0]!.arrive();
    await turnOfLoop();
    expect(begun.join('')).toBe('3124');
    at[1]!.arrive();
    at[1]!.arrive();
    await turnOfLoop();
    expect(begun.join('')).toBe('3124567');
    for (const { end } of at) end.resolve(1);
    await Promise.all(at.map(({ done }) => done));
    expect(begun).toHaveLength(9);
  });

  it('goes on after a download that fails before anything arrives, without growing', async () => {
    const { begun, at } = downloads(new StartWindow(), '1234');
    at[0]!.end.reject(new Error('cut'));
    await expect(at[0]!.done).rejects.toThrow('cut');
    expect(begun.join('')).toBe('12');
    for (const { end } of at) end.resolve(1);
    expect(await Promise.all(at.slice(1).map(({ done }) => done))).toEqual([1, 1, 1]);
  });

  it('begins with one again once the line was quiet', async () => {
    const window = new StartWindow();
    const first = downloads(window, '12');
    for (const one of first.at) {
      one.arrive();
      one.end.resolve(1);
      await one.done;
    }
    expect(downloads(window, '12345').begun.join('')).toBe('1');
  });
});
