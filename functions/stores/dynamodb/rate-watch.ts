import type { Cooldown } from '../../core/rates/ports.ts';
import type { LimitFamily } from '../../core/series/venue.ts';
import { floorTo } from '../../core/time/time.ts';
import { type BudgetTable, readCooldown, readUsed } from './rate-items.ts';

/** Looks at the budgets without taking from them. */
export interface RateWatch {
  /** units taken in the window of now */
  used(family: LimitFamily): Promise<number>;
  /** undefined when the scope (a family or a venue) may be asked now */
  cooldown(scope: string): Promise<Cooldown | undefined>;
}

export function createRateWatch(table: BudgetTable): RateWatch {
  return {
    used: (family) => readUsed(table, family, floorTo(table.clock(), family.windowMs)),
    async cooldown(scope) {
      const park = await readCooldown(table, scope);
      return park && park.until > table.clock() ? park : undefined;
    },
  };
}
