import { expect, it } from 'vitest';
import { BudgetExhausted } from '../../../functions/core/errors/errors.ts';
import { type Check, judged } from '../../../functions/core/probe/check.ts';
import { runChecks } from '../../../functions/core/probe/run-checks.ts';
import type { HttpRequest } from '../../../functions/core/series/venue.ts';
import { SECOND } from '../../../functions/core/time/time.ts';

const NOW = Date.UTC(2026, 10, 21);
const request: HttpRequest = {
  venue: { id: 'venue', judge: () => ({ kind: 'ok' }) },
  host: { env: 'GORDON_VENUE_URL', url: 'https://venue.invalid' },
  path: '/rows',
};
const check = (judge: Check['judge'] = () => judged([], 'rows')): Check => ({
  id: 'venue/rows',
  venue: 'venue',
  proves: 'there are rows',
  sources: [],
  requests: () => [request],
  judge,
});

/** @param waits how long the budget is spent, answer by answer; ms. @param checks of one venue */
async function run(waits: readonly number[], ...checks: readonly Check[]) {
  let now = NOW;
  const slept: number[] = [];
  const left = [...waits];
  const { results } = await runChecks(checks, {
    clock: () => now,
    async sleep(ms) {
      slept.push(ms);
      now += ms;
    },
    hasKey: () => true,
    venue: {
      async get() {
        const wait = left.shift();
        if (wait !== undefined) throw new BudgetExhausted('venue', now + wait, 'spent');
        return { status: 200, headers: {}, body: new Uint8Array(), asOf: now, url: request.host.url };
      },
    },
    archive: { read: async () => undefined },
  });
  return { slept, seen: results.map(({ outcome, details }) => [outcome, details.join()]) };
}

it('waits for the next window of a budget, once for all checks that need the answer', async () => {
  const ran = await run([20 * SECOND], check(), check());
  expect(ran).toEqual({
    slept: [20 * SECOND],
    seen: [
      ['holds', 'rows'],
      ['holds', 'rows'],
    ],
  });
});

it('does not wait for the end of a ban', async () => {
  expect(await run([600 * SECOND], check())).toEqual({
    slept: [],
    seen: [['unknown', 'nothing may be sent before 2026-11-21T00:10:00Z']],
  });
});

it('reports an answer on which an adapter fails as a difference, and no other fault of the program', async () => {
  const fall = (error: Error): Check =>
    check(() => {
      throw error;
    });
  const { seen } = await run([], fall(new TypeError('x is not iterable')));
  expect(seen).toEqual([['differs', 'the adapter fails on the answer: x is not iterable']]);
  await expect(run([], fall(new Error('a fault')))).rejects.toThrow('a fault');
});

it('keeps the pieces of a file whose memory is used again for the next one', async () => {
  const memory = Buffer.alloc(4);
  async function* content() {
    for (const text of ['abcd', 'efgh']) {
      memory.write(text);
      yield memory;
    }
  }
  const read = check(([answer]) => judged([], new TextDecoder().decode(answer?.body)));
  const { results } = await runChecks([{ ...read, requests: () => [{ file: request, checksum: request }] }], {
    clock: () => NOW,
    sleep: async () => undefined,
    hasKey: () => true,
    venue: { get: async () => undefined },
    archive: { read: async () => ({ sha256: '', content: content() }) },
  });
  expect(results.map(({ details }) => details)).toEqual([['abcdefgh']]);
});
