import { BudgetExhausted, GordonError, isRetryable } from '../errors/errors.ts';
import { type Clock, MINUTE } from '../time/time.ts';

/** Below the functions' timeout, so that the work in hand can still finish. */
export const RUN_BUDGET = 10 * MINUTE;

export interface RunSummary {
  /** pieces of work that were done; the others come first in the next run */
  readonly series: number;
  /** why the run ended early; absent when it finished */
  readonly stopped?: string;
}

/**
 * Does one piece of work after the other until the time or the venue's budget is spent.
 * @param until epoch ms; no piece is begun later
 * @param due in the order in which they are done, the longest waiting first
 * @param done records that a piece was done, also when it failed permanently: otherwise it would come first in every run
 * @throws a retryable error at once; the first permanent one after all other pieces are done
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
    // The venue is rate limited: the rest comes first in the next run.
    if (!(error instanceof BudgetExhausted)) throw error;
    return { series, stopped: error.message };
  }
  if (failed) throw failed;
  return { series };
}
