import { createHash } from 'node:crypto';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Job } from '../../core/jobs/job.ts';
import { isAtWork, JOB_LIVES } from '../../core/jobs/lease.ts';
import { SECOND } from '../../core/time/time.ts';
import { isConditionFailed, onTable } from './dynamo.ts';
import { type Item, toItem, toJob } from './items.ts';
import type { JobTable } from './table.ts';
import { orderKey, TTL_ATTRIBUTE } from './table.ts';

/** The job that the same order created before. */
export interface SameOrder {
  readonly job: Job;
  /** false: its creator has not entered it yet, so the next caller may do it */
  readonly entered: boolean;
}

/**
 * Notes that a job is the one at work on its order. The note holds the whole job, so that with two equal orders at once neither
 * has to wait until the other one has entered its job.
 * @param identity equal for orders that are the same
 * @returns the job that is already at work on it; undefined: the new job has taken its place
 */
export async function noteAtWork(
  at: JobTable,
  identity: string,
  job: Job,
  get: (id: string) => Promise<Job | undefined>,
): Promise<SameOrder | undefined> {
  const key = orderKey(createHash('sha256').update(identity).digest('hex'));
  const now = at.clock();
  // Each iteration but the last means that another caller noted another job in between.
  for (;;) {
    const command = new GetCommand({ TableName: at.table, Key: key, ConsistentRead: true });
    const { Item: seen } = await onTable('the order', () => at.client.send(command));
    // Our own first attempt noted it, and only its answer was lost.
    if (seen?.job_id === job.id) return undefined;
    const other = seen && (await jobAtWork(toJob(seen.job as Item), now, get));
    if (other) return other;
    const item = {
      ...key,
      job_id: job.id,
      job: { ...toItem(job), status: job.status },
      [TTL_ATTRIBUTE]: Math.floor((now + 2 * JOB_LIVES) / SECOND),
    };
    if (await replace(at, item, seen?.job_id as string | undefined)) return undefined;
  }
}

async function jobAtWork(
  noted: Job,
  now: number,
  get: (id: string) => Promise<Job | undefined>,
): Promise<SameOrder | undefined> {
  // An older note belongs to no running work, and a finished job may have expired.
  if (!isAtWork(noted, now)) return undefined;
  const job = await get(noted.id);
  if (!job) return { job: noted, entered: false };
  return isAtWork(job, now) ? { job, entered: true } : undefined;
}

/** @returns false when the note no longer named that job */
async function replace(at: JobTable, item: Item, seen: string | undefined): Promise<boolean> {
  const condition =
    seen === undefined
      ? { ConditionExpression: 'attribute_not_exists(pk)' }
      : { ConditionExpression: 'job_id = :seen', ExpressionAttributeValues: { ':seen': seen } };
  const command = new PutCommand({ TableName: at.table, Item: item, ...condition });
  try {
    await onTable('the order', () => at.client.send(command));
    return true;
  } catch (error) {
    if (isConditionFailed(error)) return false;
    throw error;
  }
}
