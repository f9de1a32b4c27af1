import { keptFor } from '../../../functions/core/jobs/job.ts';
import { JOB_LIVES } from '../../../functions/core/jobs/lease.ts';
import { DAY } from '../../../functions/core/time/time.ts';
import type { JobTables } from './job-tables.ts';

/** As the real table keeps its items: finished jobs, idempotency keys, leases and notes of provisional rows. */
const KEEP_KEY = DAY;
const KEEP_LEASE = 60 * DAY;
const KEEP_NOTE = DAY;

/** Deletes the items whose time is over. DynamoDB does so within days, when it likes; until then everybody still reads them. */
export function expire(tables: JobTables, now: number): void {
  for (const job of tables.jobs.values()) {
    if (job.finishedAt === undefined || job.finishedAt + keptFor(job) >= now) continue;
    tables.jobs.delete(job.id);
    tables.chunks.delete(job.id);
  }
  drop(tables.idempotencyKeys, ({ at }) => at + KEEP_KEY < now);
  drop(tables.orders, ({ createdAt }) => createdAt + 2 * JOB_LIVES < now);
  drop(tables.leases, ({ at }) => at + KEEP_LEASE < now);
  drop(tables.provisional, ({ at }) => at + KEEP_NOTE < now);
  drop(tables.cooldowns, ({ until }) => until + DAY < now);
}

function drop<T>(items: Map<string, T>, isOver: (item: T) => boolean): void {
  for (const [key, item] of items) if (isOver(item)) items.delete(key);
}
