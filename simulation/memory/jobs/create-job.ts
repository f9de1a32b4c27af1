import { badRequest } from '../../../functions/core/errors/bad-request.ts';
import type { Job, JobOrder } from '../../../functions/core/jobs/job.ts';
import { isAtWork } from '../../../functions/core/jobs/lease.ts';
import type { NewJob } from '../../../functions/core/jobs/ports.ts';
import { copyOf } from '../copy.ts';
import type { Step } from '../step.ts';
import { type JobTables, nextId } from './job-tables.ts';

interface Key {
  readonly key: string;
  readonly digest: string;
}

/** Enters a job with the same conditional writes, in the same order, as the real job table. */
export async function enterJob(
  tables: JobTables,
  now: number,
  step: Step,
  order: JobOrder,
  key: Key | undefined,
  identity: string | undefined,
): Promise<NewJob> {
  const job: Job = {
    ...copyOf(order),
    id: nextId(tables, now),
    status: 'queued',
    createdAt: now,
    wave: 0,
    rows: 0,
  };
  if (key) {
    const earlier = await claimKey(tables, now, step, key, job.id);
    if (earlier) return { job: await earlierJob(tables, step, earlier), created: false, joined: false };
  }
  if (identity !== undefined) {
    const other = await noteAtWork(tables, now, step, identity, job);
    // An order with a key gets a job of its own; orders without a key may still join that job.
    if (other && !key) return await join(tables, step, other);
  }
  await step(`put job ${job.id}`);
  tables.jobs.set(job.id, job);
  return { job, created: true, joined: false };
}

async function claimKey(
  tables: JobTables,
  now: number,
  step: Step,
  { key, digest }: Key,
  id: string,
): Promise<string | undefined> {
  await step('claim key');
  const earlier = tables.idempotencyKeys.get(key);
  if (!earlier) {
    tables.idempotencyKeys.set(key, { jobId: id, digest, at: now });
    return undefined;
  }
  if (earlier.digest === digest) return earlier.jobId;
  const message = 'this Idempotency-Key was sent before with another order.';
  throw badRequest('idempotency-mismatch', key, message, 'Use a new key for a new order.', 422);
}

async function earlierJob(tables: JobTables, step: Step, id: string): Promise<Job> {
  await step(`get job ${id}`);
  const job = tables.jobs.get(id);
  if (job) return job;
  const message = 'the first request with this Idempotency-Key is still at work.';
  throw badRequest('idempotency-busy', id, message, 'Send it again.', 409);
}

/** @returns the job that is already at work on the order; undefined: the new job has taken its place */
async function noteAtWork(
  tables: JobTables,
  now: number,
  step: Step,
  identity: string,
  job: Job,
): Promise<{ readonly job: Job; readonly entered: boolean } | undefined> {
  for (;;) {
    await step('get order');
    const seen = tables.orders.get(identity);
    if (seen && isAtWork(seen, now)) {
      await step(`get job ${seen.id}`);
      const other = tables.jobs.get(seen.id);
      if (!other) return { job: seen, entered: false };
      if (isAtWork(other, now)) return { job: other, entered: true };
    }
    await step('put order');
    if (tables.orders.get(identity)?.id !== seen?.id) continue;
    tables.orders.set(identity, job);
    return undefined;
  }
}

/** Enters a job that its creator has noted but not entered yet: the creator may have died in between. */
async function join(
  tables: JobTables,
  step: Step,
  { job, entered }: { readonly job: Job; readonly entered: boolean },
): Promise<NewJob> {
  if (entered) return { job, created: false, joined: true };
  await step(`put job ${job.id}`);
  if (tables.jobs.has(job.id)) return { job, created: false, joined: true };
  tables.jobs.set(job.id, job);
  return { job, created: true, joined: true };
}
