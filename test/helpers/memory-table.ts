import type { ClockChecks, ClockReading } from '../../functions/core/series/clock-offset.ts';
import type { ScheduleRuns } from '../../functions/core/queries/ports.ts';
import { floorTo } from '../../functions/core/time/time.ts';
import type { OpenJobTable } from '../../functions/runtime/ports/job-table-ports.ts';
import type { RateWatch } from '../../functions/stores/dynamodb/rate-watch.ts';
import { createMemoryJobStore } from '../../simulation/memory/jobs/job-store.ts';
import { emptyJobTables, type JobTables } from '../../simulation/memory/jobs/job-tables.ts';
import { createMemoryLeases } from '../../simulation/memory/jobs/leases.ts';
import { createMemoryRateBudget } from '../../simulation/memory/jobs/rate-budget.ts';

/** Reads the budgets without taking from them, like the real one. */
export const createMemoryRateWatch = (tables: JobTables, clock: () => number): RateWatch => ({
  used: async (family) => tables.spent.get(`${family.id} ${floorTo(clock(), family.windowMs)}`) ?? 0,
  async cooldown(scope) {
    const cooldown = tables.cooldowns.get(scope);
    return cooldown && cooldown.until > clock() ? cooldown : undefined;
  },
});

export function createMemoryScheduleRuns(): ScheduleRuns {
  const runs = new Map<string, NonNullable<Awaited<ReturnType<ScheduleRuns['last']>>>>();
  return {
    async note(schedule, run) {
      runs.set(schedule, { ...run });
    },
    last: async (schedule) => runs.get(schedule),
  };
}

export function createMemoryClockChecks(): ClockChecks {
  let last: ClockReading | undefined;
  return {
    async note(reading) {
      last = reading;
    },
    last: async () => last,
  };
}

/**
 * A job table in memory for a whole host. Its stores pass the suites of the real ones, and a call of them costs a hundredth of a
 * request to a DynamoDB stand-in.
 */
export const memoryJobTable =
  (tables: JobTables = emptyJobTables()): OpenJobTable =>
  ({ clock, sleep }) => {
    const budget = createMemoryRateBudget(tables, clock, sleep);
    const runs = createMemoryScheduleRuns();
    const clockChecks = createMemoryClockChecks();
    return {
      makers: {
        jobs: () => createMemoryJobStore(tables, clock),
        leases: () => createMemoryLeases(tables),
        rates: () => createMemoryRateWatch(tables, clock),
        clockChecks: () => clockChecks,
        runs: () => runs,
      },
      budget: () => budget,
      close: () => {},
    };
  };
