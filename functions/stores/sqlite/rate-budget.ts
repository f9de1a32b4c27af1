import type { RateBudget } from '../../core/fetch/ports.ts';
import type { BudgetItems, Cooldown } from '../../core/rates/ports.ts';
import { createLeasedBudget } from '../../core/rates/rate-budget.ts';
import type { LimitFamily } from '../../core/series/venue.ts';
import { type Clock, DAY, floorTo, HOUR, SECOND } from '../../core/time/time.ts';
import { cooldownKey, paceKey, toWindow, windowKey } from '../dynamodb/rate-items.ts';
import type { RateWatch } from '../dynamodb/rate-watch.ts';
import { TTL_ATTRIBUTE } from '../dynamodb/table.ts';
import type { ItemFile } from './item-file.ts';

export interface BudgetFile {
  readonly file: ItemFile;
  readonly clock: Clock;
  /** names the address that venues see; workers behind one address share its budgets */
  readonly egress: string;
}

/** Budgets in the file. @param sleep waits for a moment of a paced family */
export const createRateBudget = (
  at: BudgetFile & { readonly sleep: (ms: number) => Promise<unknown> },
): RateBudget => createLeasedBudget({ items: createBudgetItems(at), clock: at.clock, sleep: at.sleep });

/** Reads the budgets and takes nothing from them. */
export const createRateWatch = (at: BudgetFile): RateWatch => ({
  async used(family) {
    return readUsed(at, family, floorTo(at.clock(), family.windowMs)) ?? 0;
  },
  async windows({ id, windowMs }, since) {
    const { pk } = windowKey(at.egress, id, 0);
    return at.file
      .within(pk)
      .map(toWindow)
      .filter((window) => window.at >= floorTo(since, windowMs));
  },
  async cooldown(scope) {
    const cooldown = readCooldown(at, scope);
    return cooldown && cooldown.until > at.clock() ? cooldown : undefined;
  },
});

/** The counters as items of the file, each change one transaction. */
function createBudgetItems(at: BudgetFile): BudgetItems {
  const { file, egress } = at;
  const count = (family: LimitFamily, window: number, used: number): void =>
    file.put(windowKey(egress, family.id, window), {
      used,
      [TTL_ATTRIBUTE]: seconds(window + family.windowMs + HOUR),
    });
  return {
    async reserve(family, window, size, cap) {
      return file.atomically(`the budget ${family.id}`, () => {
        const used = readUsed(at, family, window);
        if (used !== undefined && used > cap - size) return undefined;
        count(family, window, (used ?? 0) + size);
        return (used ?? 0) + size;
      });
    },

    async raise(family, window, used) {
      file.atomically(`the budget ${family.id}`, () => {
        if ((readUsed(at, family, window) ?? Number.NEGATIVE_INFINITY) < used) count(family, window, used);
      });
    },

    async takeMoment({ id, spacingMs = 0 }, now, latest) {
      return file.atomically(`the pace of ${id}`, () => {
        const key = paceKey(egress, id);
        const next = file.get(key)?.next as number | undefined;
        const moment = next === undefined || next <= now ? now : next;
        if (moment > latest && moment !== now) return undefined;
        file.put(key, { next: moment + spacingMs, [TTL_ATTRIBUTE]: seconds(latest + HOUR) });
        return moment;
      });
    },

    async readCooldown(scope) {
      return readCooldown(at, scope);
    },

    async writeCooldown(scope, { until, why }) {
      return file.atomically(`the cooldown of ${scope}`, () => {
        if ((readCooldown(at, scope)?.until ?? Number.NEGATIVE_INFINITY) >= until) return false;
        file.put(cooldownKey(egress, scope), { until, why, [TTL_ATTRIBUTE]: seconds(until + DAY) });
        return true;
      });
    },
  };
}

const readUsed = ({ file, egress }: BudgetFile, { id }: LimitFamily, window: number): number | undefined =>
  file.get(windowKey(egress, id, window))?.used as number | undefined;

function readCooldown({ file, egress }: BudgetFile, scope: string): Cooldown | undefined {
  const item = file.get(cooldownKey(egress, scope));
  return item && { until: item.until as number, why: item.why as string };
}

const seconds = (at: number): number => Math.ceil(at / SECOND);
