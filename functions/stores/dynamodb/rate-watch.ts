import type { BudgetWindow } from '../../core/queries/status/history.ts';
import type { Cooldown } from '../../core/rates/ports.ts';
import type { LimitFamily } from '../../core/series/venue.ts';
import { floorTo } from '../../core/time/time.ts';
import { type BudgetTable, readCooldown, readUsed, readWindows } from './rate-items.ts';

/** Reads the budgets without taking from them. */
export interface RateWatch {
  /** units taken in the current window */
  used(family: LimitFamily): Promise<number>;
  /** counters of windows that are kept, from the one at `since` on, oldest first; @param since epoch ms */
  windows(family: LimitFamily, since: number): Promise<BudgetWindow[]>;
  /** undefined when requests to the scope (a family or a venue) are allowed now */
  cooldown(scope: string): Promise<Cooldown | undefined>;
}

/** Reads budgets and cooldowns from the job table. */
export function createRateWatch(table: BudgetTable): RateWatch {
  return {
    used: (family) => readUsed(table, family, floorTo(table.clock(), family.windowMs)),
    windows: (family, since) => readWindows(table, family, floorTo(since, family.windowMs)),
    async cooldown(scope) {
      const cooldown = await readCooldown(table, scope);
      return cooldown && cooldown.until > table.clock() ? cooldown : undefined;
    },
  };
}
