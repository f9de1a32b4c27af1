import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { Queue, Schedule, startSlowLine } from '../../bench/line/slow-line.ts';

describe('a queue', () => {
  it('keeps the order when the process was busy and all of it is late', async () => {
    const queue = new Queue();
    const done: number[] = [];
    const all = Promise.withResolvers<void>();
    const began = performance.now();
    for (let i = 0; i < 12; i++) {
      queue.add(began + 20 + i, () => {
        done.push(i);
        if (done.length === 12) all.resolve();
      });
      // The later ones are added later, so their waits are of different lengths.
      busyUntil(began + i * (i % 3));
    }
    busyUntil(began + 60);
    await all.promise;
    expect(done).toEqual(done.toSorted((a, b) => a - b));
  });
});

describe('a line', () => {
  it('takes half a round trip, and its bytes one behind the other', () => {
    const line = new Schedule({ roundTripMs: 80, bytesPerSecond: 1_000_000 });
    expect(line.arrival(5_000, 100)).toBe(100 + 5 + 40);
    // The second piece waits for the first, the third for nobody.
    expect(line.arrival(1_000, 102)).toBe(105 + 1 + 40);
    expect(line.arrival(0, 500)).toBe(540);
  });
});

describe('a server behind a slow line', () => {
  let server: Server;
  afterEach(() => server?.close());

  it('answers the same bytes, and no sooner than a round trip to open and one to ask', async () => {
    const body = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251));
    server = createServer(async (request, response) =>
      response.end(Buffer.concat([await buffer(request), body])),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const line = await startSlowLine(
      { host: '127.0.0.1', port },
      { roundTripMs: 40, bytesPerSecond: 3_000_000 },
    );
    try {
      const began = performance.now();
      const answers = await Promise.all(
        ['a', 'b'].map(async (text) => {
          const answer = await fetch(`http://127.0.0.1:${line.port}/`, { method: 'POST', body: text });
          return Buffer.from(await answer.arrayBuffer());
        }),
      );
      const took = performance.now() - began;
      expect(answers.map((bytes) => bytes.equals(Buffer.concat([Buffer.from('a'), body])))).toEqual([
        true,
        false,
      ]);
      expect(answers[1]!.equals(Buffer.concat([Buffer.from('b'), body]))).toBe(true);
      // Both together are 0.6 MB on a line of 3 MB/s.
      expect(took).toBeGreaterThan(40 + 40 + 200 - 1);
    } finally {
      await line.close();
    }
  });
});

function busyUntil(at: number): void {
  while (performance.now() < at);
}
