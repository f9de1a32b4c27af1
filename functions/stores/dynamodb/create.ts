import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { monotonicFactory } from 'ulid';
import { badRequest } from '../../core/errors/bad-request.ts';
import type { Job, JobOrder } from '../../core/jobs/job.ts';
import type { NewJob } from '../../core/jobs/ports.ts';
import { SECOND } from '../../core/time/time.ts';
import { isConditionFailed, onTable } from './dynamo.ts';
import { toItem } from './items.ts';
import { noteAtWork, type SameOrder } from './same-order.ts';
import type { JobTable } from './table.ts';
import { idempotencyKey, jobKey, KEEP_IDEMPOTENCY_KEY, TTL_ATTRIBUTE } from './table.ts';

const ulid = monotonicFactory();

/**
 * Enters a job, or returns the one that the same key or the same order made before.
 * @param key of the request, with a digest of its order; absent: the order may join another job
 * @param identity equal for orders that are the same; absent: the job joins no other
 * @throws GordonError `idempotency-busy`, `idempotency-mismatch`
 */
export async function createJob(
  at: JobTable,
  order: JobOrder,
  key: { readonly key: string; readonly digest: string } | undefined,
  identity: string | undefined,
  get: (id: string) => Promise<Job | undefined>,
): Promise<NewJob> {
  const earlierJob = async (id: string): Promise<Job> => {
    const job = await get(id);
    if (job) return job;
    const message = 'the first request with this Idempotency-Key is still at work.';
    throw badRequest('idempotency-busy', id, message);
  };
  const now = at.clock();
  const job: Job = { ...order, id: ulid(now), status: 'queued', createdAt: now, wave: 0, rows: 0 };
  if (key) {
    // The key comes first: of two requests with the same key, only the one that entered it creates a job.
    const earlier = await claimKey(at, key, job.id, now);
    if (earlier) return { job: await earlierJob(earlier), created: false, joined: false };
  }
  if (identity !== undefined) {
    const other = await noteAtWork(at, identity, job, get);
    // A caller that sends a key wants a job of its own; another order may still join that job.
    if (other && !key) return await join(at, other);
  }
  try {
    await put(at, { ...jobKey(job.id), ...toItem(job) });
  } catch (error) {
    // This id is unique to this call: a first attempt entered it, and only its answer was lost.
    if (isConditionFailed(error)) return { job, created: true, joined: false };
    if (key) {
      const release = new DeleteCommand({ TableName: at.table, Key: idempotencyKey(key.key) });
      await onTable('the idempotency key', () => at.client.send(release));
    }
    throw error;
  }
  return { job, created: true, joined: false };
}

/** Enters a job that its creator has not entered yet: the creator may have died in between. */
async function join(at: JobTable, { job, entered }: SameOrder): Promise<NewJob> {
  if (entered) return { job, created: false, joined: true };
  try {
    await put(at, { ...jobKey(job.id), ...toItem(job) });
    return { job, created: true, joined: true };
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
    return { job, created: false, joined: true };
  }
}

async function claimKey(
  at: JobTable,
  { key, digest }: { readonly key: string; readonly digest: string },
  id: string,
  now: number,
): Promise<string | undefined> {
  const expires = Math.floor((now + KEEP_IDEMPOTENCY_KEY) / SECOND);
  try {
    await put(at, { ...idempotencyKey(key), job_id: id, digest, [TTL_ATTRIBUTE]: expires });
    return undefined;
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
  }
  const get = new GetCommand({ TableName: at.table, Key: idempotencyKey(key), ConsistentRead: true });
  const { Item } = await onTable('the idempotency key', () => at.client.send(get));
  // Our own first attempt entered it, and only its answer was lost.
  if (Item?.job_id === id) return undefined;
  if (Item?.digest === digest) return Item.job_id as string;
  const message = 'this Idempotency-Key was sent before with another order.';
  throw badRequest('idempotency-mismatch', key, message);
}

function put(at: JobTable, item: Record<string, unknown>) {
  const command = new PutCommand({
    TableName: at.table,
    Item: item,
    ConditionExpression: 'attribute_not_exists(pk)',
  });
  return onTable(String(item.pk), () => at.client.send(command));
}
