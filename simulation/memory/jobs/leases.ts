import type { Lease, Leases } from '../../../functions/core/jobs/lease.ts';
import { atOnce, type Step } from '../step.ts';
import { type JobTables, nextId } from './job-tables.ts';

/** Leases in memory, which check the same conditions as the real job table. */
export const createMemoryLeases = (tables: JobTables, step: Step = atOnce): Leases => ({
  async read(name) {
    await step(`read lease ${name}`);
    return tables.leases.get(name);
  },

  async take(name, { at, failures }, seen) {
    await step(`take lease ${name}`);
    if (tables.leases.get(name)?.holder !== seen?.holder) return undefined;
    const holder = nextId(tables, at);
    const lease: Lease = { name, holder, at, done: false, jobs: seen?.jobs ?? [], failures };
    tables.leases.set(name, lease);
    return lease;
  },

  async settle(lease, jobs) {
    await step(`settle lease ${lease.name}`);
    if (tables.leases.get(lease.name)?.holder !== lease.holder) return;
    tables.leases.set(lease.name, { ...lease, done: true, jobs });
  },

  async drop({ name, holder }) {
    await step(`drop lease ${name}`);
    if (tables.leases.get(name)?.holder === holder) tables.leases.delete(name);
  },
});
