import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import type { Leases } from '../../functions/core/jobs/lease.ts';
import type { JobStore } from '../../functions/core/jobs/ports.ts';
import type { Clock } from '../../functions/core/time/time.ts';
import { createJobStore } from '../../functions/stores/dynamodb/job-store.ts';
import { createLeases } from '../../functions/stores/dynamodb/leases.ts';
import { jobKey } from '../../functions/stores/dynamodb/table.ts';
import { ItemFile } from '../../functions/stores/sqlite/item-file.ts';
import { createJobStore as createFileJobStore } from '../../functions/stores/sqlite/job-store.ts';
import { createLeases as createFileLeases } from '../../functions/stores/sqlite/leases.ts';
import { createMemoryJobStore } from '../../simulation/memory/jobs/job-store.ts';
import { emptyJobTables } from '../../simulation/memory/jobs/job-tables.ts';
import { createMemoryLeases } from '../../simulation/memory/jobs/leases.ts';
import { createTestJobTable } from '../helpers/job-table.ts';

/** A job table of its own, with a clock that stands still. */
export interface JobTableUnderTest {
  /** epoch ms; tests turn it */
  now: number;
  readonly clock: Clock;
  readonly jobs: JobStore;
  readonly leases: Leases;
  /** a job that was noted and not entered */
  forget(id: string): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export type MakeJobTable = (now?: number) => Promise<JobTableUnderTest>;

export const dynamoJobTable: MakeJobTable = async (now) => {
  const table = await createTestJobTable(now);
  return Object.assign(table, {
    jobs: createJobStore(table),
    leases: createLeases(table),
    forget: async (id: string) => {
      await table.client.send(new DeleteCommand({ TableName: table.table, Key: jobKey(id) }));
    },
  });
};

export const memoryJobTable: MakeJobTable = async (now = Date.UTC(2025, 5, 1)) => {
  const tables = emptyJobTables();
  const clock = () => table.now;
  const table: JobTableUnderTest = {
    now,
    clock,
    jobs: createMemoryJobStore(tables, clock),
    leases: createMemoryLeases(tables),
    forget: async (id) => {
      tables.jobs.delete(id);
    },
    [Symbol.asyncDispose]: async () => {},
  };
  return table;
};

export const fileJobTable: MakeJobTable = async (now = Date.UTC(2025, 5, 1)) => {
  const clock = () => table.now;
  const file = new ItemFile(':memory:', () => table.now);
  const table: JobTableUnderTest = {
    now,
    clock,
    jobs: createFileJobStore(file, clock),
    leases: createFileLeases(file, clock),
    forget: async (id) => file.remove(jobKey(id)),
    [Symbol.asyncDispose]: async () => file.close(),
  };
  return table;
};
