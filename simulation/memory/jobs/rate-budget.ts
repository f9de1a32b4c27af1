import { BudgetExhausted, GordonError } from '../../../functions/core/errors/errors.ts';
import type { RateBudget } from '../../../functions/core/fetch/ports.ts';
import { LIMIT_SHARE, type LimitFamily } from '../../../functions/core/series/venue.ts';
import { type Clock, floorTo, iso, SECOND } from '../../../functions/core/time/time.ts';
import { atOnce, type Step } from '../step.ts';
import type { JobTables } from './job-tables.ts';

/** A longer wait for a moment of a paced family is left to the state machine. */
const LONGEST_WAIT = 5 * SECOND;

const capOf = ({ limit }: LimitFamily): number => Math.max(Math.floor(limit * LIMIT_SHARE), 1);

/**
 * Rate budgets in memory, with one counter for each window. Workers reserve nothing in advance, so a budget is used up
 * completely: what the real store leaves unused in a worker's lease is not modelled.
 * @param sleep waits this many ms for a moment of a paced family
 */
export function createMemoryRateBudget(
  { spent, moments, cooldowns }: JobTables,
  clock: Clock,
  sleep: (ms: number) => Promise<unknown>,
  step: Step = atOnce,
): RateBudget {
  /** the venue's clock minus ours in ms, as of the last answer */
  let ahead = 0;

  const refuseCoolingDown = (scope: string): void => {
    const cooldown = cooldowns.get(scope);
    if (cooldown && cooldown.until > clock()) throw new BudgetExhausted(scope, cooldown.until, cooldown.why);
  };

  const spend = (family: LimitFamily, weight: number): void => {
    const cap = capOf(family);
    if (weight > cap) throw tooHeavy(family, weight, cap);
    const window = floorTo(clock() + ahead, family.windowMs);
    const key = `${family.id} ${window}`;
    const used = spent.get(key) ?? 0;
    if (used + weight > cap) {
      const until = window + family.windowMs - ahead + SECOND;
      throw new BudgetExhausted(family.id, until, `the budget of ${cap} until ${iso(until)} is spent`);
    }
    spent.set(key, used + weight);
  };

  const pace = async ({ id, spacingMs = 0 }: LimitFamily): Promise<void> => {
    const now = clock();
    const moment = Math.max(moments.get(id) ?? now, now);
    if (moment > now + LONGEST_WAIT) {
      const why = `requests wait for more than ${LONGEST_WAIT / SECOND} s already`;
      throw new BudgetExhausted(id, now + LONGEST_WAIT, why);
    }
    moments.set(id, moment + spacingMs);
    if (moment > now) await sleep(moment - now);
    refuseCoolingDown(id);
  };

  return {
    async take(venue, family, weight) {
      await step(`take ${family?.id ?? venue}`);
      refuseCoolingDown(venue);
      if (!family) return;
      refuseCoolingDown(family.id);
      spend(family, weight);
      if (family.spacingMs) await pace(family);
    },

    async observe(family, used, asOf) {
      await step(`observe ${family.id}`);
      ahead = asOf - clock();
      const window = floorTo(asOf, family.windowMs);
      // At the start of a window an answer may still carry the count of the last one.
      if (asOf - window < SECOND) return;
      const key = `${family.id} ${window}`;
      spent.set(key, Math.max(spent.get(key) ?? 0, used));
    },

    async coolDown(scope, until, why) {
      await step(`cool down ${scope}`);
      if ((cooldowns.get(scope)?.until ?? 0) < until) cooldowns.set(scope, { until, why });
    },
  };
}

const tooHeavy = (family: LimitFamily, weight: number, cap: number): GordonError =>
  new GordonError({
    name: 'PermanentError',
    code: 'request-too-heavy',
    subject: family.id,
    message: `one request of weight ${weight} is more than the ${cap} of a whole window.`,
    remedy: 'Request less at once.',
  });
