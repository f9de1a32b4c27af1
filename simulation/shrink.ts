import type { FaultPlan } from './engine/fault.ts';
import { type Outcome, type RunOptions, simulate } from './run.ts';

/** What a failure is about, so that a smaller run fails of the same and not of another thing. */
export const gistOf = (problem: string): string =>
  problem
    .replace(/[0-9A-HJKMNP-TV-Z]{26}/g, 'ID')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/\d+/g, 'N')
    .split('\n')[0]!
    .slice(0, 80);

/**
 * Leaves out faults and days as long as the run still fails of the same.
 * @param tries runs at most
 * @returns the smallest run that was found
 */
export async function shrink(failed: Outcome, options: RunOptions, tries = 40): Promise<Outcome> {
  const gist = gistOf(failed.problems[0]!);
  let best = failed;
  let left = tries;
  const attempt = async (days: number, plan: FaultPlan): Promise<boolean> => {
    left -= 1;
    const run = await simulate({ seed: failed.seed, days, plan }, options);
    if (!run.problems.some((problem) => gistOf(problem) === gist)) return false;
    best = run;
    return true;
  };
  // Large pieces first, then one by one.
  for (
    let piece = Math.ceil(best.plan.length / 2);
    piece >= 1 && left > 0;
    piece = piece === 1 ? 0 : Math.ceil(piece / 2)
  ) {
    for (let from = 0; from < best.plan.length && left > 0; ) {
      const without = best.plan.filter((_, i) => i < from || i >= from + piece);
      if (!(await attempt(best.days, without))) from += piece;
    }
  }
  while (best.days > 1 && left > 0) if (!(await attempt(best.days - 1, best.plan))) break;
  return best;
}
