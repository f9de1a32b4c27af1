import type { ScheduleRuns } from '../../functions/core/queries/ports.ts';
import type { ErrorCount, VenueErrors, VenueTrouble } from '../../functions/core/rates/venue-errors.ts';
import type { ClockChecks, ClockReading } from '../../functions/core/series/clock-offset.ts';
import { floorTo, HOUR } from '../../functions/core/time/time.ts';
import type { OpenJobTable } from '../../functions/runtime/ports/job-table-ports.ts';
import type { RateWatch } from '../../functions/stores/dynamodb/rate-watch.ts';
import { createMemoryJobStore } from '../../simulation/memory/jobs/job-store.ts';
import { emptyJobTables, type JobTables } from '../../simulation/memory/jobs/job-tables.ts';
import { createMemoryLeases } from '../../simulation/memory/jobs/leases.ts';
import { createMemoryRateBudget } from '../../simulation/memory/jobs/rate-budget.ts';

/** Reads the budgets without taking from them, like the real one. */
export const createMemoryRateWatch = (tables: JobTables, clock: () => number): RateWatch => ({
  used: async (family) => tables.spent.get(`${family.id} ${floorTo(clock(), family.windowMs)}`) ?? 0,
  async windows({ id, windowMs }, since) {
    const begins = `${id} `;
    return [...tables.spent]
      .filter(([key]) => key.startsWith(begins))
      .map(([key, used]) => ({ at: Number(key.slice(begins.length)), used }))
      .filter(({ at }) => at >= floorTo(since, windowMs))
      .sort((a, b) => a.at - b.at);
  },
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

export function createMemoryVenueErrors(): VenueErrors {
  const counts = new Map<string, ErrorCount>();
  const troubles = new Map<string, VenueTrouble>();
  return {
    async note(venue, outcome, at) {
      const hour = floorTo(at, HOUR);
      const key = `${hour} ${venue} ${outcome}`;
      counts.set(key, { venue, outcome, hour, count: (counts.get(key)?.count ?? 0) + 1 });
    },
    async failing(venue, outcome, at) {
      troubles.set(venue, { venue, outcome, since: troubles.get(venue)?.since ?? at, last: at });
    },
    async recovered(venue) {
      troubles.delete(venue);
    },
    since: async (at) =>
      [...counts]
        .filter(([, { hour }]) => hour >= at)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, one]) => one),
    troubles: async () => [...troubles.values()].sort((a, b) => (a.venue < b.venue ? -1 : 1)),
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
    const venueErrors = createMemoryVenueErrors();
    return {
      makers: {
        jobs: () => createMemoryJobStore(tables, clock),
        leases: () => createMemoryLeases(tables),
        rates: () => createMemoryRateWatch(tables, clock),
        venueErrors: () => venueErrors,
        clockChecks: () => clockChecks,
        runs: () => runs,
      },
      budget: () => budget,
      close: () => {},
    };
  };
