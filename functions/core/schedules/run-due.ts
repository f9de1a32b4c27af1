import { BudgetExhausted, GordonError, isRetryable } from '../errors/errors.ts';
import { type Clock, MINUTE } from '../time/time.ts';

/** Below the functions' timeout, for the work in hand must still fit. */
export const RUN_BUDGET = 10 * MINUTE;

export interface RunSummary {
  /** pieces of work that were done; the others come first in the next run */
  readonly series: number;
  /** why the run ended early; absent when it came through */
  readonly stopped?: string;
}

/**
 * Does one piece of work after the other, those first that have waited longest, until the time or the venue's budget is spent.
 * @param until epoch ms
 * @param done notes that a piece had its turn, also when it failed for good: else it would be the first one of every run
 * @throws what a piece failed of for good, after the others had their turn; what may pass at once
 */
export async function runDue<Work>(
  clock: Clock,
  until: number,
  due: readonly Work[],
  work: (one: Work) => Promise<void>,
  done: (one: Work, ok: boolean) => Promise<void>,
): Promise<RunSummary> {
  let series = 0;
  let failed: unknown;
  try {
    for (const one of due) {
      if (clock() > until) return { series, stopped: 'out of time' };
      let ok = true;
      try {
        await work(one);
      } catch (error) {
        if (!(error instanceof GordonError) || isRetryable(error)) throw error;
        failed ??= error;
        ok = false;
      }
      await done(one, ok);
      series += 1;
    }
  } catch (error) {
    // The venue wants a pause: what is left comes first in the next run.
    if (!(error instanceof BudgetExhausted)) throw error;
    return { series, stopped: error.message };
  }
  if (failed) throw failed;
  return { series };
}
