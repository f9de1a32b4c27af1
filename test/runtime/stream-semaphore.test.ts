import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { StreamSemaphore } from '../../functions/runtime/venues/stream-semaphore.ts';

/** Two items, and a log of when each was made. */
async function* items(name: string, log: string[]): AsyncGenerator<string> {
  for (const n of [1, 2]) {
    log.push(`${name}${n}`);
    await turnOfLoop();
    yield `${name}${n}`;
  }
}

async function read(stream: AsyncIterable<string>, stopAfter = 9): Promise<string[]> {
  const seen: string[] = [];
  for await (const item of stream) {
    seen.push(item);
    if (seen.length === stopAfter) break;
  }
  return seen;
}

describe('places', () => {
  it('let so many streams be read at once, the others in order', async () => {
    const semaphore = new StreamSemaphore(2);
    const log: string[] = [];
    const seen = await Promise.all(
      ['a', 'b', 'c', 'd'].map((name) => read(semaphore.of(items(name, log), `of ${name}`, name))),
    );
    expect(seen).toEqual(['a', 'b', 'c', 'd'].map((name) => [`${name}1`, `${name}2`]));
    expect(log.slice(0, 4).toSorted()).toEqual(['a1', 'a2', 'b1', 'b2']);
    expect(log.indexOf('c1')).toBeLessThan(log.indexOf('d1'));
  });

  it('pass on when a reader stops early, and when the stream fails', async () => {
    const semaphore = new StreamSemaphore(1);
    const broken = async function* (): AsyncGenerator<string> {
      yield 'x';
      throw new Error('cut');
    };
    const [early, failed, whole] = await Promise.allSettled([
      read(semaphore.of(items('a', []), 'all', 'a'), 1),
      read(semaphore.of(broken(), 'all', 'b')),
      read(semaphore.of(items('c', []), 'all', 'c')),
    ]);
    expect(early).toEqual({ status: 'fulfilled', value: ['a1'] });
    expect(failed).toMatchObject({ status: 'rejected', reason: new Error('cut') });
    expect(whole).toEqual({ status: 'fulfilled', value: ['c1', 'c2'] });
  });

  it('are not taken by a stream without a reader', async () => {
    const semaphore = new StreamSemaphore(1);
    semaphore.of(items('a', []), 'all', 'a');
    expect(await read(semaphore.of(items('b', []), 'all', 'b'))).toEqual(['b1', 'b2']);
  });

  it('go to the first by name of the group that has waited longest', async () => {
    const semaphore = new StreamSemaphore(1);
    const log: string[] = [];
    const streams = [
      ['btc', '2025-03'],
      ['eth', '2025-02'],
      ['btc', '2025-02'],
      ['eth', '2025-01'],
      ['btc', '2025-01'],
    ] as const;
    await Promise.all(
      streams.map(([group, name]) => read(semaphore.of(items(`${group} ${name} `, log), group, name))),
    );
    // The first one never waited.
    expect(log.filter((_, i) => i % 2 === 0)).toEqual([
      'btc 2025-03 1',
      'eth 2025-01 1',
      'eth 2025-02 1',
      'btc 2025-01 1',
      'btc 2025-02 1',
    ]);
  });

  it('are one for each group: its streams are read one after the other, by name', async () => {
    const semaphore = new StreamSemaphore(2);
    const log: string[] = [];
    const names = ['a 2', 'a 1', 'a 3', 'b 1', 'b 2'];
    await Promise.all(names.map((name) => read(semaphore.of(items(`${name} `, log), name[0]!, name))));
    const of = (group: string): string[] => log.filter((name) => name.startsWith(group));
    // The first one never waited.
    expect(of('a')).toEqual(['a 2 1', 'a 2 2', 'a 1 1', 'a 1 2', 'a 3 1', 'a 3 2']);
    expect(of('b')).toEqual(['b 1 1', 'b 1 2', 'b 2 1', 'b 2 2']);
    expect(log.slice(0, 2)).toEqual(['a 2 1', 'b 1 1']);
  });
});
