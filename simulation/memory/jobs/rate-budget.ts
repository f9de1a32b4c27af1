import type { RateBudget } from '../../../functions/core/fetch/ports.ts';
import type { BudgetItems } from '../../../functions/core/rates/ports.ts';
import { createLeasedBudget } from '../../../functions/core/rates/rate-budget.ts';
import type { LimitFamily } from '../../../functions/core/series/venue.ts';
import type { Clock } from '../../../functions/core/time/time.ts';
import { atOnce, type Step } from '../step.ts';
import type { JobTables } from './job-tables.ts';

const windowOf = ({ id }: LimitFamily, window: number): string => `${id} ${window}`;

/** The counters in memory, with the conditions of the job table. Each conditional write and each read is one step. */
const createMemoryBudgetItems = ({ spent, moments, cooldowns }: JobTables, step: Step): BudgetItems => ({
  async reserve(family, window, size, cap) {
    await step(`reserve ${family.id}`);
    const used = (spent.get(windowOf(family, window)) ?? 0) + size;
    if (used > cap && spent.has(windowOf(family, window))) return undefined;
    spent.set(windowOf(family, window), used);
    return used;
  },

  async raise(family, window, used) {
    await step(`raise ${family.id}`);
    if ((spent.get(windowOf(family, window)) ?? 0) < used) spent.set(windowOf(family, window), used);
  },

  async takeMoment({ id, spacingMs = 0 }, now, latest) {
    await step(`take a moment of ${id}`);
    const free = moments.get(id);
    if (free === undefined || free <= now) {
      moments.set(id, now + spacingMs);
      return now;
    }
    await step(`take a moment of ${id} in line`);
    const next = moments.get(id)!;
    if (next > latest) return undefined;
    moments.set(id, next + spacingMs);
    return next;
  },

  async readCooldown(scope) {
    await step(`cooldown of ${scope}`);
    return cooldowns.get(scope);
  },

  async writeCooldown(scope, cooldown) {
    await step(`cool down ${scope}`);
    if ((cooldowns.get(scope)?.until ?? Number.NEGATIVE_INFINITY) >= cooldown.until) return false;
    cooldowns.set(scope, cooldown);
    return true;
  },
});

/**
 * The budget of one worker. What it holds and has not spent is lost with it, as it is in a function's instance.
 * @param sleep waits for a moment of a paced family
 */
export const createMemoryRateBudget = (
  tables: JobTables,
  clock: Clock,
  sleep: (ms: number) => Promise<unknown>,
  step: Step = atOnce,
): RateBudget => createLeasedBudget({ items: createMemoryBudgetItems(tables, step), clock, sleep });
