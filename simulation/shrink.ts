import { DAY, HOUR, MINUTE } from '../functions/core/time/time.ts';
import type { Fault } from './engine/fault.ts';
import { specOf } from './regressions.ts';
import { type Outcome, type RunOptions, type RunSpec, simulate } from './run.ts';

/** What a failure is about, so that a smaller run fails of the same and not of another thing. */
export const gistOf = (problem: string): string =>
  problem
    .replace(/[0-9A-HJKMNP-TV-Z]{26}/g, 'ID')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/\d+/g, 'N')
    .split('\n')[0]!
    .slice(0, 80);

/** The shortest history that a seed draws. */
const HISTORY = 6 * HOUR;
const QUIETS = [0.25, 0.5, 1, 1.5];

/**
 * Leaves out history, sources, faults and days as long as the run still fails of the same.
 * @param tries runs at most
 * @returns the smallest run that was found
 */
export async function shrink(failed: Outcome, options: RunOptions, tries = 40): Promise<Outcome> {
  const gist = gistOf(failed.problems[0]!);
  let best = failed;
  let left = tries;
  const attempt = async (change: Partial<RunSpec>): Promise<boolean> => {
    if (left === 0) return false;
    left -= 1;
    const run = await simulate({ ...specOf(best), ...change }, options);
    if (!run.problems.some((problem) => gistOf(problem) === gist)) return false;
    best = run;
    return true;
  };
  // What makes each further attempt quicker comes first.
  await attempt({ history: HISTORY });
  await attempt({ plan: [] });
  for (const source of best.ordered) {
    const sources = best.ordered.filter((other) => other !== source);
    if (sources.length > 0) await attempt({ sources });
  }
  // Large pieces first, then one by one.
  for (
    let piece = Math.ceil(best.plan.length / 2);
    piece >= 1;
    piece = piece === 1 ? 0 : Math.ceil(piece / 2)
  ) {
    for (let from = 0; from < best.plan.length && left > 0; ) {
      const without = best.plan.filter((_, i) => i < from || i >= from + piece);
      if (!(await attempt({ plan: without }))) from += piece;
    }
  }
  for (const days of daysFor(best)) if (await attempt({ days })) break;
  const shorter = QUIETS.filter((few) => few < best.quiet);
  for (const quiet of shorter) if (await attempt({ quiet })) break;
  return best;
}

/** Shorter ones, the shortest first, in which every fault is over before the quiet period begins. */
function daysFor({ days, plan, began }: Outcome): number[] {
  const needed = (Math.max(began + HOUR, ...plan.map(endOf)) - began) / DAY;
  return [0.125, 0.25, 0.5, 1, 2, 3]
    .map((more) => Math.ceil((needed + more) * 24) / 24)
    .filter((few) => few < days);
}

/** When the effects of a fault are over that an end belongs to; epoch ms. */
function endOf({ at, until, filledAt, lasts, age, after, begins }: Fault): number {
  const instant = (value: unknown): number => (typeof value === 'number' ? value : 0);
  const longest = Math.max(instant(lasts), instant(age), instant(after));
  return Math.max(at + longest, instant(until), instant(filledAt), instant(begins)) + MINUTE;
}
