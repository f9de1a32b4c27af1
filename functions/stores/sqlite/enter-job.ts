import { createHash } from 'node:crypto';
import { monotonicFactory } from 'ulid';
import { badRequest } from '../../core/errors/bad-request.ts';
import type { Job, JobOrder } from '../../core/jobs/job.ts';
import { isAtWork, JOB_LIVES } from '../../core/jobs/lease.ts';
import type { NewJob } from '../../core/jobs/ports.ts';
import { SECOND } from '../../core/time/time.ts';
import { type Item, toItem, toJob } from '../dynamodb/items.ts';
import { idempotencyKey, jobKey, KEEP_IDEMPOTENCY_KEY, orderKey, TTL_ATTRIBUTE } from '../dynamodb/table.ts';
import type { ItemFile } from './item-file.ts';

const ulid = monotonicFactory();

/**
 * Enters a job, or returns the one that the same key or the same order made before.
 * @param identity equal for orders that are the same; absent: the job joins no other
 * @throws GordonError `idempotency-busy`, `idempotency-mismatch`
 */
export function enterJob(
  file: ItemFile,
  now: number,
  order: JobOrder,
  key: { readonly key: string; readonly digest: string } | undefined,
  identity: string | undefined,
): NewJob {
  const job: Job = { ...order, id: ulid(now), status: 'queued', createdAt: now, wave: 0, rows: 0 };
  const put = (entered: Job): void => file.put(jobKey(entered.id), toItem(entered));
  return file.atomically('the order', () => {
    if (key) {
      const earlier = claimKey(file, key, job.id, now);
      if (earlier) return { job: earlier, created: false, joined: false };
    }
    if (identity !== undefined) {
      const other = noteAtWork(file, identity, job);
      // A caller that sends a key wants a job of its own; another order may still join that job.
      if (other && !key) {
        if (!other.entered) put(other.job);
        return { job: other.job, created: !other.entered, joined: true };
      }
    }
    put(job);
    return { job, created: true, joined: false };
  });
}

/** @returns the job that the key made before */
function claimKey(
  file: ItemFile,
  { key, digest }: { readonly key: string; readonly digest: string },
  id: string,
  now: number,
): Job | undefined {
  const seen = file.get(idempotencyKey(key));
  if (!seen) {
    const expires = Math.floor((now + KEEP_IDEMPOTENCY_KEY) / SECOND);
    file.put(idempotencyKey(key), { job_id: id, digest, [TTL_ATTRIBUTE]: expires });
    return undefined;
  }
  if (seen.digest !== digest) {
    const message = 'this Idempotency-Key was sent before with another order.';
    throw badRequest('idempotency-mismatch', key, message);
  }
  const item = file.get(jobKey(seen.job_id as string));
  if (item) return toJob(item);
  // A table that was carried over from an older version may name a job that was never entered.
  const message = 'the first request with this Idempotency-Key is still at work.';
  throw badRequest('idempotency-busy', seen.job_id as string, message);
}

/** Notes that a job is the one at work on its order. @returns the job that is already at work on it */
function noteAtWork(
  file: ItemFile,
  identity: string,
  job: Job,
): { readonly job: Job; readonly entered: boolean } | undefined {
  const key = orderKey(createHash('sha256').update(identity).digest('hex'));
  const now = job.createdAt;
  const seen = file.get(key);
  const noted = seen && toJob(seen.job as Item);
  // An older note belongs to no running work, and a finished job may have expired.
  if (noted && isAtWork(noted, now)) {
    const item = file.get(jobKey(noted.id));
    if (!item) return { job: noted, entered: false };
    if (isAtWork(toJob(item), now)) return { job: toJob(item), entered: true };
  }
  file.put(key, {
    job_id: job.id,
    job: toItem(job),
    [TTL_ATTRIBUTE]: Math.floor((now + 2 * JOB_LIVES) / SECOND),
  });
  return undefined;
}
