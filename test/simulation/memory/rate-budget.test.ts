import { emptyJobTables, type JobTables } from '../../../simulation/memory/jobs/job-tables.ts';
import { createMemoryRateBudget } from '../../../simulation/memory/jobs/rate-budget.ts';
import { type BudgetsUnderTest, describeRateBudget, noon } from '../../conformance/rate-budget.ts';
import { createMemoryRateWatch } from '../../helpers/memory-table.ts';

describeRateBudget(async () => {
  const addresses = new Map<string, JobTables>();
  const tablesOf = (egress: string): JobTables => {
    const tables = addresses.get(egress) ?? emptyJobTables();
    addresses.set(egress, tables);
    return tables;
  };
  const budgets: BudgetsUnderTest = {
    now: noon,
    worker: (egress, clock = () => budgets.now, sleep = async () => {}) =>
      createMemoryRateBudget(tablesOf(egress), clock, sleep),
    watch: (egress) => createMemoryRateWatch(tablesOf(egress), () => budgets.now),
    [Symbol.asyncDispose]: async () => {},
  };
  return budgets;
});
