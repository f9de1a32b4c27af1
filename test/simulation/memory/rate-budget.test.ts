import { emptyJobTables, type JobTables } from '../../../simulation/memory/jobs/job-tables.ts';
import { createMemoryRateBudget } from '../../../simulation/memory/jobs/rate-budget.ts';
import { type BudgetsUnderTest, describeRateBudget, noon } from '../../conformance/rate-budget.ts';

describeRateBudget(async () => {
  const addresses = new Map<string, JobTables>();
  const budgets: BudgetsUnderTest = {
    now: noon,
    worker: (egress, clock = () => budgets.now, sleep = async () => {}) => {
      const tables = addresses.get(egress) ?? emptyJobTables();
      addresses.set(egress, tables);
      return createMemoryRateBudget(tables, clock, sleep);
    },
    [Symbol.asyncDispose]: async () => {},
  };
  return budgets;
});
