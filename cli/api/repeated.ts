import { setTimeout as sleep } from 'node:timers/promises';
import type { BodyOf } from '../../functions/core/api/call.ts';
import type { Answer } from '../../functions/core/api/operations.ts';
import type { Api } from './client.ts';
import { ApiProblem } from './send.ts';

/** Operations that one call may not complete, or that the API may refuse for a moment. */

/** Counts all rows of the series against the ledger, in as many calls as it takes. */
export const audit = (
  api: Api,
  order: Omit<BodyOf<'audit'>, 'next'>,
  signal?: AbortSignal,
): AsyncGenerator<Answer<'audit'>> =>
  pieces((next: Answer<'audit'>['next']) =>
    api.call('audit', { body: { ...order, ...(next && { next }) }, signal }),
  );

/** A policy of TimescaleDB that refreshes the same at this moment is done within seconds. */
const MOST_BUSY = 20;

/** Refreshes the whole window of an aggregate, in as many calls as it takes. */
export async function refreshView(
  api: Api,
  order: BodyOf<'refreshView'>,
  signal?: AbortSignal,
): Promise<void> {
  const all = pieces((next: string | null) => {
    const body = { ...order, start: next ?? order.start };
    return patiently('database-busy', MOST_BUSY, signal, () => api.call('refreshView', { body, signal }));
  });
  for await (const _ of all);
}

/** As long as a ban of an hour, retried once a minute. */
const MOST_WITHOUT_BUDGET = 60;

/** Verifies one period of one series; waits for the venues' budgets. */
export const verify = (api: Api, body: BodyOf<'verify'>, signal?: AbortSignal): Promise<Answer<'verify'>> =>
  patiently('no-budget', MOST_WITHOUT_BUDGET, signal, () => api.call('verify', { body, signal }));

/** Refreshes the dated universe, a piece of a market at a time; waits for the venues' budgets. */
export const refreshUniverse = (api: Api, signal?: AbortSignal): AsyncGenerator<Answer<'refreshUniverse'>> =>
  pieces((next: Answer<'refreshUniverse'>['next']) =>
    patiently('no-budget', MOST_WITHOUT_BUDGET, signal, () =>
      api.call('refreshUniverse', { body: { ...next }, signal }),
    ),
  );

/** Calls until an answer does not say where to go on. */
async function* pieces<N, T extends { readonly next: N | null }>(
  call: (next: N | null) => Promise<T>,
): AsyncGenerator<T> {
  for (let next: N | null = null; ; ) {
    const piece = await call(next);
    yield piece;
    if (piece.next === null) return;
    next = piece.next;
  }
}

/** Repeats a call that is refused with `code`, `most` times at most, after as long as the API says. */
async function patiently<T>(
  code: string,
  most: number,
  signal: AbortSignal | undefined,
  call: () => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.code !== code || tries === most) throw error;
      await sleep(error.retryAfter * 1_000, undefined, signal && { signal });
    }
  }
}
