import type { RateBudget } from '../../core/fetch/ports.ts';
import type { Leases } from '../../core/jobs/lease.ts';
import type { JobStore } from '../../core/jobs/ports.ts';
import type { ScheduleRuns } from '../../core/queries/ports.ts';
import type { VenueErrors } from '../../core/rates/venue-errors.ts';
import type { ClockChecks } from '../../core/series/clock-offset.ts';
import type { Clock } from '../../core/time/time.ts';
import { createClockChecks } from '../../stores/dynamodb/clock-checks.ts';
import { documentClient } from '../../stores/dynamodb/dynamo.ts';
import { createJobStore } from '../../stores/dynamodb/job-store.ts';
import { createLeases } from '../../stores/dynamodb/leases.ts';
import { createRateBudget } from '../../stores/dynamodb/rate-budget.ts';
import { createRateWatch, type RateWatch } from '../../stores/dynamodb/rate-watch.ts';
import { createScheduleRuns } from '../../stores/dynamodb/runs.ts';
import { createVenueErrors } from '../../stores/dynamodb/watch/venue-errors.ts';
import { awsConfig } from '../aws-config.ts';
import type { Env } from '../env.ts';
import type { Variables } from '../venues/hosts.ts';
import { type Makers, once } from './lazy.ts';

/** What lies in the job table. */
export interface JobTablePorts {
  readonly jobs: JobStore;
  /** who does a piece of scheduled work now */
  readonly leases: Leases;
  /** reads the budgets and takes nothing from them */
  readonly rates: RateWatch;
  /** requests that brought nothing, of all workers */
  readonly venueErrors: VenueErrors;
  /** what venues' answers showed of this machine's clock */
  readonly clockChecks: ClockChecks;
  /** undefined where this process has no job table */
  readonly runs: ScheduleRuns | undefined;
}

export interface JobTableOptions {
  readonly clock: Clock;
  /** waits between two requests to a venue, ms; a timer of this process by default */
  readonly sleep: ((ms: number) => Promise<unknown>) | undefined;
}

/** A job table that the services of one process use. */
export interface OpenedJobTable {
  readonly makers: Makers<JobTablePorts>;
  readonly budget: () => RateBudget;
  close(): void;
}

export type OpenJobTable = (options: {
  readonly clock: Clock;
  /** waits between two requests to a venue, ms */
  readonly sleep: (ms: number) => Promise<unknown>;
}) => OpenedJobTable;

/** The ports of the job table in DynamoDB. */
export function jobTablePorts(
  env: Env,
  variables: Variables,
  { clock, sleep }: JobTableOptions,
): OpenedJobTable {
  const client = once(() => documentClient(awsConfig(variables, 'DYNAMODB')));
  const table = () => ({ client: client(), table: env.GORDON_JOB_TABLE, clock });
  const limits = () => ({ ...table(), egress: env.GORDON_EGRESS });
  return {
    makers: {
      jobs: () => createJobStore(table()),
      leases: () => createLeases(table()),
      rates: () => createRateWatch(limits()),
      venueErrors: () => createVenueErrors(table()),
      clockChecks: () => createClockChecks(table()),
      runs: () => (variables.GORDON_JOB_TABLE ? createScheduleRuns(table()) : undefined),
    },
    budget: once(() => createRateBudget({ ...limits(), ...(sleep && { sleep }) })),
    close: () => client().destroy(),
  };
}
