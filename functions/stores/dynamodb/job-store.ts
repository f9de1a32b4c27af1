import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { badRequest } from '../../core/errors/bad-request.ts';
import { type Job, KEPT, keptFor, laterCount } from '../../core/jobs/job.ts';
import type { JobEnd, JobStore } from '../../core/jobs/ports.ts';
import { iso, SECOND } from '../../core/time/time.ts';
import { createChunkStore } from './chunks.ts';
import { createJob } from './create.ts';
import { isConditionFailed, onTable } from './dynamo.ts';
import { gapItem, statusWord, toJob } from './items.ts';
import { listJobs } from './list.ts';
import { createProvisionalNotes } from './provisional.ts';
import { type JobTable, jobKey, TTL_ATTRIBUTE } from './table.ts';

/** Jobs in DynamoDB: single-item conditional writes only. */
export function createJobStore(at: JobTable): JobStore {
  const get = async (id: string): Promise<Job | undefined> => {
    const command = new GetCommand({ TableName: at.table, Key: jobKey(id), ConsistentRead: true });
    const { Item } = await onTable(`job ${id}`, () => at.client.send(command));
    return Item && toJob(Item);
  };
  const mustGet = async (id: string): Promise<Job> => {
    const job = await get(id);
    if (job) return job;
    throw badRequest('unknown-job', id, 'there is no such job.', KEPT);
  };
  return {
    ...createChunkStore(at, mustGet),
    ...createProvisionalNotes(at),
    get,
    create: (order, key, identity) => createJob(at, order, key, identity, get),
    list: (filter) => listJobs(at, filter),

    async start(id, wave, phase) {
      const started = await change(
        at,
        id,
        `SET #status = :to, started_at = if_not_exists(started_at, :now), wave = :wave${phase ? ', phase = :phase, phase_at = :now' : NO_PHASE}`,
        {
          ':to': 'running',
          ':now': iso(at.clock()),
          ':wave': wave,
          ...(phase && { ':phase': phase }),
        },
      );
      return started ?? mustGet(id);
    },

    async enterPhase(id, phase) {
      await change(at, id, 'SET phase = :phase, phase_at = :now', {
        ':phase': phase,
        ':now': iso(at.clock()),
      });
    },

    async finish(id, to) {
      const finished = await finish(at, id, to);
      if (finished) return finished;
      // Already final. A cancelled job is still updated with the rows that it wrote before it stopped.
      const job = await mustGet(id);
      const count = laterCount(job, to);
      if (!count) return job;
      await onTable(`job ${id}`, () =>
        at.client.send(
          new UpdateCommand({
            TableName: at.table,
            Key: jobKey(id),
            UpdateExpression: `SET #rows = :rows${count.counted ? ', counted = :counted' : ''}`,
            ExpressionAttributeNames: { '#rows': 'rows' },
            ExpressionAttributeValues: { ':rows': count.rows, ...(count.counted && { ':counted': true }) },
          }),
        ),
      );
      return { ...job, ...count };
    },

    async cancel(id) {
      const reason = 'cancelled on request; what was written is kept';
      const cancelled = await finish(at, id, { status: 'cancelled', reason });
      if (cancelled) return cancelled;
      const job = await mustGet(id);
      if (job.status === 'cancelled') return job;
      throw badRequest('job-finished', id, `the job has ended (${job.status}) and cannot be cancelled.`);
    },
  };
}

/** The end of an update that leaves no phase. */
const NO_PHASE = ' REMOVE phase, phase_at';

function finish(at: JobTable, id: string, { status, rows, counted, reason, gaps, origin = 'order' }: JobEnd) {
  const now = at.clock();
  const keep = keptFor({ status, scheduled: origin !== 'order' });
  const sets = [
    '#status = :to',
    'finished_at = :now',
    `${TTL_ATTRIBUTE} = :expires`,
    ...(rows === undefined ? [] : ['#rows = :rows']),
    ...(counted ? ['counted = :counted'] : []),
    ...(reason ? ['reason = :reason'] : []),
    ...(gaps ? ['gaps = :gaps'] : []),
  ];
  return change(at, id, `SET ${sets.join(', ')}${NO_PHASE}`, {
    ':to': statusWord(status, origin),
    ':now': iso(now),
    ':expires': Math.floor((now + keep) / SECOND),
    ...(rows !== undefined && { ':rows': rows }),
    ...(counted && { ':counted': true }),
    ...(reason && { ':reason': reason }),
    ...(gaps && { ':gaps': gaps.map(gapItem) }),
  });
}

/** Changes a job that is not final. @returns undefined when it is final, or does not exist */
async function change(
  at: JobTable,
  id: string,
  update: string,
  values: Record<string, unknown>,
): Promise<Job | undefined> {
  const command = new UpdateCommand({
    TableName: at.table,
    Key: jobKey(id),
    UpdateExpression: update,
    ConditionExpression: '#status IN (:queued, :running)',
    ExpressionAttributeNames: { '#status': 'status', ...(update.includes('#rows') && { '#rows': 'rows' }) },
    ExpressionAttributeValues: { ...values, ':queued': 'queued', ':running': 'running' },
    ReturnValues: 'ALL_NEW',
  });
  try {
    const { Attributes } = await onTable(`job ${id}`, () => at.client.send(command));
    return toJob(Attributes!);
  } catch (error) {
    if (isConditionFailed(error)) return undefined;
    throw error;
  }
}
