import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Sharing, TokenBucket, Windows } from '../../bench/scale/model/capacity.ts';
import { binanceFamilies } from '../../functions/sources/binance/hosts.ts';

const gaps = fc.array(fc.tuple(fc.float({ min: 0, max: 5, noNaN: true }), fc.integer({ min: 1, max: 50 })), {
  minLength: 1,
  maxLength: 200,
});

describe('a token bucket', () => {
  it('never gives more than its burst and what time brings, and keeps the order', () => {
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 100 }), (asks, rate) => {
        const bucket = new TokenBucket(rate, 50);
        let now = 0;
        let given = 0;
        let last = 0;
        for (const [gap, n] of asks) {
          now += gap;
          const at = bucket.reserve(n, now);
          given += n;
          expect(at).toBeGreaterThanOrEqual(Math.max(now, last));
          expect(given).toBeLessThanOrEqual(50 + at * rate + 1e-6);
          last = at;
        }
        expect(bucket.taken).toBe(given);
      }),
    );
  });

  it('does not let anybody wait while it has enough', () => {
    const bucket = new TokenBucket(10, 5);
    expect([bucket.reserve(5, 0), bucket.reserve(1, 1), bucket.reserve(10, 1)]).toEqual([0, 1, 1.6]);
  });
});

describe('a shared server', () => {
  /** Plays arrivals to the end. @returns when each was done */
  function play(asks: readonly (readonly [gap: number, work: number])[], capacity: number): number[] {
    const server = new Sharing(capacity);
    const done: number[] = [];
    let now = 0;
    asks.forEach(([gap, work], i) => {
      now += gap;
      while (server.next <= now) {
        const at = server.next;
        done[server.leave()] = at;
      }
      server.enter(i, work, now);
    });
    while (server.inside > 0) {
      const at = server.next;
      done[server.leave()] = at;
    }
    return done;
  }

  it('does all work, at its capacity whenever somebody is there', () => {
    fc.assert(
      fc.property(gaps, (asks) => {
        const capacity = 7;
        const done = play(asks, capacity);
        expect(done.filter((at) => at !== undefined)).toHaveLength(asks.length);
        // Busy periods of any order of service are alike: the last is done when one after the other would be.
        let now = 0;
        let free = 0;
        for (const [gap, work] of asks) {
          now += gap;
          free = Math.max(free, now) + work / capacity;
        }
        expect(Math.max(...done)).toBeCloseTo(free, 5);
      }),
    );
  });

  it('shares evenly: equal work that came together is done together', () => {
    expect(
      play(
        [
          [0, 10],
          [0, 10],
          [0, 20],
        ],
        10,
      ),
    ).toEqual([3, 3, 4]);
  });

  it('gives the others what is left when somebody goes', () => {
    const server = new Sharing(10);
    server.enter(1, 10, 0);
    server.enter(2, 10, 0);
    server.abandon(1, 1);
    expect(server.next).toBeCloseTo(1.5);
    expect(server.leave()).toBe(2);
    expect(server.inside).toBe(0);
  });
});

it('windows of a limit never give more than their share, and all of it in each window', () => {
  fc.assert(
    fc.property(gaps, (asks) => {
      const windows = new Windows(binanceFamilies.spot, 0.9);
      const used = new Map<number, number>();
      let now = 0;
      for (const [gap, n] of asks) {
        now += gap;
        const granted = windows.take(n * 20, 2, now);
        const window = Math.floor(now / 60);
        const before = used.get(window) ?? 0;
        expect(granted).toBe(Math.min(n * 20, Math.floor((5_400 - before) / 2)));
        used.set(window, before + granted * 2);
        expect(windows.turnsAfter(now)).toBeGreaterThan(now);
      }
    }),
  );
});
