import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BudgetExhausted } from '../../functions/core/errors/errors.ts';
import type { RateBudget } from '../../functions/core/fetch/ports.ts';
import type { LimitFamily } from '../../functions/core/series/venue.ts';
import { HOUR, MINUTE, SECOND } from '../../functions/core/time/time.ts';
import type { RateWatch } from '../../functions/stores/dynamodb/rate-watch.ts';

/** Budgets of all addresses, with a clock that stands still. */
export interface BudgetsUnderTest {
  /** epoch ms; tests turn it */
  now: number;
  /** a worker behind an address; on that clock, unless it has its own */
  worker(egress: string, clock?: () => number, sleep?: (ms: number) => Promise<unknown>): RateBudget;
  /** reads the budgets of an address, on the clock that stands still */
  watch(egress: string): RateWatch;
  [Symbol.asyncDispose](): Promise<void>;
}

export const noon = Date.UTC(2025, 5, 1, 12);

/** Takes until the budget is spent. @returns what was granted, and until when to wait */
export async function drain(budget: RateBudget, family: LimitFamily, weight: number) {
  for (let granted = 0; ; granted += weight) {
    try {
      await budget.take('venue', family, weight);
    } catch (error) {
      if (error instanceof BudgetExhausted) return { granted, until: error.until, message: error.message };
      throw error;
    }
  }
}

/** What every budget does. How much a worker takes for itself at once is its own affair. */
export function describeRateBudget(makeBudgets: () => Promise<BudgetsUnderTest>): void {
  let at: BudgetsUnderTest;
  let names = 0;

  beforeAll(async () => {
    at = await makeBudgets();
  });
  afterAll(() => at[Symbol.asyncDispose]());

  /** A family and an address of its own for each test: they share the table. */
  function setUp(limit: number, windowMs = MINUTE) {
    at.now = noon;
    const name = `t${++names}`;
    const family: LimitFamily = { id: `family-${name}`, limit, windowMs };
    return { family, worker: () => at.worker(name), watch: () => at.watch(name), name };
  }

  describe('a watch of budgets', () => {
    it('knows the windows of the last hour', async () => {
      const { family, worker, watch } = setUp(100);
      const budget = worker();
      await budget.take('venue', family, 30);
      at.now = noon + 30 * MINUTE;
      await budget.take('venue', family, 60);
      expect((await watch().windows(family, noon - HOUR)).map((window) => window.at)).toEqual([
        noon,
        noon + 30 * MINUTE,
      ]);
      // From the middle of a window on it is the window that counts.
      expect(await watch().windows(family, noon + 30 * MINUTE + SECOND)).toEqual([
        { at: noon + 30 * MINUTE, used: await watch().used(family) },
      ]);
      expect(await watch().windows({ ...family, id: 'another' }, 0)).toEqual([]);
    });
  });

  describe('a budget', () => {
    it('is never passed by workers that spend at the same time, and is used up', async () => {
      const workers = fc.array(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 25 }), {
        minLength: 2,
        maxLength: 5,
      });
      await fc.assert(
        fc.asyncProperty(workers, fc.integer({ min: 50, max: 900 }), async (wishes, limit) => {
          const { family, worker } = setUp(limit);
          const cap = Math.floor(limit * 0.9);
          let granted = 0;
          let refused = 0;
          const spend = async (weights: number[]) => {
            const budget = worker();
            await Promise.all(
              weights.map(async (weight) => {
                try {
                  await budget.take('venue', family, weight);
                  granted += weight;
                } catch (error) {
                  if (!(error instanceof BudgetExhausted)) throw error;
                  refused++;
                }
              }),
            );
          };
          await Promise.all(wishes.map(spend));
          expect(granted).toBeLessThanOrEqual(cap);
          // What is left over is in the workers' hands or too small for the smallest wish.
          const wanted = wishes.flat().reduce((sum, w) => sum + w, 0);
          if (wanted <= cap - wishes.length * Math.ceil(limit / 60)) expect(refused).toBe(0);
          if (refused > 0) {
            const spare = 40 + wishes.length * Math.ceil(limit / 60);
            expect(granted).toBeGreaterThanOrEqual(cap - spare);
          }
        }),
        { numRuns: 25 },
      );
    });

    it('is spent to nine tenths, and comes back with the next window', async () => {
      const { family, worker } = setUp(600);
      const budget = worker();
      at.now = noon + 20 * SECOND;
      const { granted, until, message } = await drain(budget, family, 2);
      expect(granted).toBe(540);
      expect(until).toBe(noon + MINUTE + SECOND);
      expect(message).toContain('540');
      at.now = until;
      expect((await drain(budget, family, 20)).granted).toBe(540);
    });

    it('is one for all workers behind an address, and another for another address', async () => {
      const { family, worker } = setUp(600);
      const first = await drain(worker(), family, 10);
      const second = await drain(worker(), family, 10);
      expect(first.granted + second.granted).toBe(540);
      const elsewhere = at.worker('elsewhere');
      expect((await drain(elsewhere, family, 10)).granted).toBe(540);
    });

    it('refuses at once what no window can hold', async () => {
      const { family, worker } = setUp(100);
      await expect(worker().take('venue', family, 91)).rejects.toMatchObject({ code: 'request-too-heavy' });
      await expect(worker().take('venue', family, 90)).resolves.toBeUndefined();
    });

    it('is not used where a host has no limit', async () => {
      const { worker } = setUp(1);
      await expect(worker().take('venue', undefined, 1_000_000)).resolves.toBeUndefined();
    });
  });

  describe("the venue's own count", () => {
    it('stops a worker that still holds a lease when the limit is reached', async () => {
      const { family, worker } = setUp(600);
      const budget = worker();
      await budget.take('venue', family, 1);
      await budget.observe(family, 595, noon + SECOND);
      await expect(budget.take('venue', family, 1)).rejects.toBeInstanceOf(BudgetExhausted);
    });

    it('never gives budget back', async () => {
      const { family, worker } = setUp(600);
      const budget = worker();
      await drain(budget, family, 10);
      await budget.observe(family, 3, noon + SECOND);
      expect((await drain(worker(), family, 1)).granted).toBe(0);
    });

    it('sets the clock by which windows turn, and waits are measured by ours', async () => {
      const { family, worker } = setUp(600);
      at.now = noon + 50 * SECOND;
      const budget = worker();
      // The venue is 20 seconds ahead, so its minute has turned already.
      await budget.observe(family, 1, at.now + 20 * SECOND);
      const { until } = await drain(budget, family, 10);
      expect(until).toBe(noon + 2 * MINUTE - 20 * SECOND + SECOND);
    });

    it('of the last window does not count in the one that has begun', async () => {
      const { family, worker } = setUp(600);
      const budget = worker();
      await budget.take('venue', family, 1);
      await budget.observe(family, 500, noon - SECOND);
      await budget.observe(family, 500, noon);
      // Nor is the lease lost, although the Date header seemed to be in the window before.
      expect((await drain(budget, family, 1)).granted).toBe(539);
    });
  });

  describe('a scope that cools down', () => {
    it('lets no request through until its end: a venue with all its families, a family by itself', async () => {
      const { family, worker } = setUp(600);
      const [mine, other] = [worker(), worker()];
      const until = noon + 5 * MINUTE;
      await mine.coolDown('venue', until, 'HTTP 418: banned');
      for (const budget of [mine, other]) {
        const refusal = expect.objectContaining({ until, message: 'venue: HTTP 418: banned' });
        await expect(budget.take('venue', family, 1)).rejects.toEqual(refusal);
        await expect(budget.take('venue', undefined, 1)).rejects.toEqual(refusal);
        await expect(budget.take('venue-archive', undefined, 1)).resolves.toBeUndefined();
      }
      at.now = until;
      await expect(other.take('venue', family, 1)).resolves.toBeUndefined();
      await mine.coolDown(family.id, until + MINUTE, 'HTTP 429');
      await expect(mine.take('venue', family, 1)).rejects.toMatchObject({ until: until + MINUTE });
      await expect(mine.take('venue', undefined, 1)).resolves.toBeUndefined();
    });

    it('keeps its cooldown when a shorter ban comes later', async () => {
      const { worker } = setUp(600);
      const [mine, other] = [worker(), worker()];
      await mine.coolDown('venue', noon + HOUR, 'long');
      await other.coolDown('venue', noon + MINUTE, 'short');
      for (const budget of [mine, other]) {
        await expect(budget.take('venue', undefined, 1)).rejects.toMatchObject({ until: noon + HOUR });
      }
    });
  });

  describe('a watch', () => {
    it('sees what was taken in the current window, and takes nothing', async () => {
      const { family, worker, watch } = setUp(600);
      expect(await watch().used(family)).toBe(0);
      const { granted } = await drain(worker(), family, 1);
      expect([granted, await watch().used(family), await watch().used(family)]).toEqual([540, 540, 540]);
      at.now = noon + MINUTE;
      expect(await watch().used(family)).toBe(0);
    });

    it('sees a cooldown with its cause until it ends', async () => {
      const { worker, watch } = setUp(600);
      expect(await watch().cooldown('venue')).toBeUndefined();
      const until = noon + MINUTE;
      await worker().coolDown('venue', until, 'HTTP 418: banned');
      expect(await watch().cooldown('venue')).toMatchObject({ until, why: 'HTTP 418: banned' });
      at.now = until;
      expect(await watch().cooldown('venue')).toBeUndefined();
    });
  });

  describe('a paced family', () => {
    /** Workers on one clock, which their sleeping moves: all of them at once are one line of waiting. */
    function paced(spacingMs: number) {
      const { name } = setUp(600);
      const family: LimitFamily = { id: `paced-${name}`, limit: 600, windowMs: MINUTE, spacingMs };
      const sent: number[] = [];
      const worker = (began = noon) => {
        let now = began;
        const sleep = async (ms: number) => {
          now += ms;
        };
        const budget = at.worker(name, () => now, sleep);
        return { budget, now: () => now };
      };
      const take = async ({ budget, now }: ReturnType<typeof worker>) => {
        await budget.take('venue', family, 1);
        sent.push(now());
      };
      return { worker, take, sent };
    }

    it('lets the requests of all workers together begin one after the other', async () => {
      const { worker, take, sent } = paced(600);
      await Promise.all(Array.from({ length: 8 }, () => take(worker())));
      expect(sent.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 8 }, (_, i) => noon + i * 600));
    });

    it('sends who would wait for long away, to come back', async () => {
      const { worker, take, sent } = paced(600);
      const ended = await Promise.allSettled(Array.from({ length: 20 }, () => take(worker())));
      const away = ended.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
      expect([sent.length, away.length]).toEqual([9, 11]);
      expect(new Set(sent).size).toBe(9);
      for (const error of away) {
        expect(error).toBeInstanceOf(BudgetExhausted);
        expect((error as BudgetExhausted).until).toBe(noon + 5 * SECOND);
      }
    });

    it('lets a request after the last moment that was taken go without a wait', async () => {
      const { worker, take, sent } = paced(600);
      await take(worker(noon));
      await take(worker(noon + 700));
      await take(worker(noon + 800));
      expect(sent).toEqual([noon, noon + 700, noon + 1_300]);
    });
  });
}
