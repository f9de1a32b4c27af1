import { setTimeout as wait } from 'node:timers/promises';
import type { RateBudget } from '../../core/fetch/ports.ts';
import { createLeasedBudget } from '../../core/rates/rate-budget.ts';
import { type BudgetTable, createBudgetItems } from './rate-items.ts';

export interface BudgetOptions extends BudgetTable {
  readonly sleep?: (ms: number) => Promise<unknown>;
}

/** Budgets in the job table. */
export const createRateBudget = ({ sleep = wait, ...table }: BudgetOptions): RateBudget =>
  createLeasedBudget({ items: createBudgetItems(table), clock: table.clock, sleep });
