import { badRequest } from '../../core/errors/bad-request.ts';
import { isFinished, type Job, KEEP_FINISHED, KEPT, keptFor, laterCount } from '../../core/jobs/job.ts';
import type { JobEnd, JobStore } from '../../core/jobs/ports.ts';
import { type Clock, iso, SECOND } from '../../core/time/time.ts';
import { gapItem, type Item, toJob } from '../dynamodb/items.ts';
import { jobKey, TTL_ATTRIBUTE } from '../dynamodb/table.ts';
import { createChunks } from './chunks.ts';
import { enterJob } from './enter-job.ts';
import type { ItemFile } from './item-file.ts';
import { listJobs } from './list-jobs.ts';
import { createProvisionalNotes } from './provisional.ts';

/** Jobs in a file of this machine. The items are those of the table in DynamoDB, and each transition is one transaction. */
export function createJobStore(file: ItemFile, clock: Clock): JobStore {
  const get = (id: string): Job | undefined => {
    const item = file.get(jobKey(id));
    return item && toJob(item);
  };
  const mustGet = (id: string): Job => {
    const job = get(id);
    if (job) return job;
    throw badRequest('unknown-job', id, 'there is no such job.', KEPT);
  };
  /** @returns undefined when the job has ended or does not exist */
  const change = (id: string, edit: (item: Item) => Item): Job | undefined =>
    file.atomically(`job ${id}`, () => {
      const item = file.get(jobKey(id));
      if (!item || isFinished(item.status as Job['status'])) return undefined;
      const changed = edit(item);
      file.put(jobKey(id), changed);
      return toJob(changed);
    });
  const end = (id: string, to: JobEnd): Job | undefined =>
    change(id, (item) => {
      const now = clock();
      const keep = keptFor(toJob({ ...item, status: to.status }));
      // The chunks of a run that comes each minute would outlive it by weeks.
      if (keep < KEEP_FINISHED) {
        const expires = Math.floor((now + keep) / SECOND);
        for (const { pk, sk, ...chunk } of file.within(jobKey(id).pk, 'CHUNK#'))
          file.put({ pk: pk as string, sk: sk as string }, { ...chunk, [TTL_ATTRIBUTE]: expires });
      }
      return ended(item, to, now, keep);
    });

  return {
    ...createChunks(file, clock),
    ...createProvisionalNotes(file),
    get: async (id) => get(id),
    create: async (order, key, identity) => enterJob(file, clock(), order, key, identity),
    list: async (filter) => listJobs(file, filter),
    isCancelled: async (id) => mustGet(id).status === 'cancelled',

    async start(id, wave, phase) {
      const now = iso(clock());
      const started = change(id, (item) => ({
        ...withoutPhase(item),
        status: 'running',
        started_at: item.started_at ?? now,
        wave,
        ...(phase && { phase, phase_at: now }),
      }));
      return started ?? mustGet(id);
    },

    async enterPhase(id, phase) {
      change(id, (item) => ({ ...item, phase, phase_at: iso(clock()) }));
    },

    async finish(id, to) {
      const finished = end(id, to);
      if (finished) return finished;
      // Already final. A cancelled job is still updated with the rows that it wrote before it stopped.
      return file.atomically(`job ${id}`, () => {
        const job = mustGet(id);
        const count = laterCount(job, to);
        if (count) file.put(jobKey(id), { ...file.get(jobKey(id)), ...count });
        return { ...job, ...count };
      });
    },

    async cancel(id) {
      const reason = 'cancelled on request; what was written is kept';
      const cancelled = end(id, { status: 'cancelled', reason });
      if (cancelled) return cancelled;
      const job = mustGet(id);
      if (job.status === 'cancelled') return job;
      throw badRequest('job-finished', id, `the job has ended (${job.status}) and cannot be cancelled.`);
    },
  };
}

const ended = (
  item: Item,
  { status, rows, counted, reason, gaps }: JobEnd,
  now: number,
  keep: number,
): Item => ({
  ...withoutPhase(item),
  status,
  finished_at: iso(now),
  [TTL_ATTRIBUTE]: Math.floor((now + keep) / SECOND),
  ...(rows !== undefined && { rows }),
  ...(counted && { counted }),
  ...(reason && { reason }),
  ...(gaps && { gaps: gaps.map(gapItem) }),
});

const withoutPhase = ({ phase: _phase, phase_at: _phaseAt, ...item }: Item): Item => item;
