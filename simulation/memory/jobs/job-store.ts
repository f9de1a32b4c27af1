import { badRequest } from '../../../functions/core/errors/bad-request.ts';
import {
  isFinished,
  JOB_STATUSES,
  type Job,
  type JobStatus,
  KEPT,
  laterCount,
  originOf,
} from '../../../functions/core/jobs/job.ts';
import { type JobEnd, type JobFilter, type JobStore, originsOf } from '../../../functions/core/jobs/ports.ts';
import { seriesLabel } from '../../../functions/core/series/series.ts';
import { normalize } from '../../../functions/core/time/range.ts';
import type { Clock } from '../../../functions/core/time/time.ts';
import { copyOf } from '../copy.ts';
import { atOnce, type Step } from '../step.ts';
import { createMemoryChunks } from './chunks.ts';
import { enterJob } from './create-job.ts';
import type { JobTables } from './job-tables.ts';

/** Jobs in memory. Each transition is one step and checks the same condition as the real job table. */
export function createMemoryJobStore(tables: JobTables, clock: Clock, step: Step = atOnce): JobStore {
  const get = async (id: string): Promise<Job | undefined> => {
    await step(`get job ${id}`);
    return tables.jobs.get(id);
  };
  const mustGet = async (id: string): Promise<Job> => {
    const job = await get(id);
    if (job) return job;
    throw badRequest('unknown-job', id, 'there is no such job.', KEPT, 404);
  };
  /** @returns undefined when the job has ended or does not exist */
  const change = async (id: string, edit: (job: Job, now: number) => Job): Promise<Job | undefined> => {
    const now = clock();
    await step(`change job ${id}`);
    const job = tables.jobs.get(id);
    if (!job || isFinished(job.status)) return undefined;
    const changed = edit(job, now);
    tables.jobs.set(id, changed);
    return changed;
  };
  const end = (id: string, to: JobEnd): Promise<Job | undefined> =>
    change(id, (job, now) => ended(job, to, now));
  return {
    ...createMemoryChunks(tables, step, clock),
    get,

    create: (order, key, identity) => enterJob(tables, clock(), step, order, key, identity),

    list: (filter) => list(tables, step, filter),

    async start(id, wave, phase) {
      const started = await change(id, (job, now) => ({
        ...withoutPhase(job),
        status: 'running',
        startedAt: job.startedAt ?? now,
        wave,
        ...(phase && { phase, phaseAt: now }),
      }));
      return started ?? mustGet(id);
    },

    async enterPhase(id, phase) {
      await change(id, (job, now) => ({ ...job, phase, phaseAt: now }));
    },

    async isCancelled(id) {
      return (await mustGet(id)).status === 'cancelled';
    },

    async noteProvisional(chunk, spans, at) {
      await step(`note provisional ${chunk.label}`);
      const series = seriesLabel(chunk);
      tables.provisional.set(`${series} ${chunk.label}`, { series, at, spans });
    },

    async forgetProvisional(series) {
      await step(`forget provisional ${seriesLabel(series)}`);
      for (const [key, note] of tables.provisional)
        if (note.series === seriesLabel(series)) tables.provisional.delete(key);
    },

    async provisionalSince(series, since, until) {
      await step(`read provisional ${seriesLabel(series)}`);
      const notes = [...tables.provisional.values()].filter(
        (note) => note.series === seriesLabel(series) && since <= note.at && note.at <= until,
      );
      return normalize(notes.flatMap(({ spans }) => spans));
    },

    async finish(id, to) {
      const finished = await end(id, to);
      if (finished) return finished;
      // The job has ended already. A cancelled one still gets the count of rows that it wrote before it stopped.
      const job = await mustGet(id);
      const count = laterCount(job, to);
      if (!count) return job;
      await step(`change job ${id}`);
      tables.jobs.set(id, { ...tables.jobs.get(id)!, ...count });
      return { ...job, ...count };
    },

    async cancel(id) {
      const reason = 'cancelled on request; what was written is kept';
      const cancelled = await end(id, { status: 'cancelled', reason });
      if (cancelled) return cancelled;
      const job = await mustGet(id);
      if (job.status === 'cancelled') return job;
      const message = `the job has ended (${job.status}) and cannot be cancelled.`;
      throw badRequest('job-finished', id, message, undefined, 409);
    },
  };
}

const ended = (job: Job, { status, rows, counted, reason, gaps }: JobEnd, now: number): Job => ({
  ...withoutPhase(job),
  status,
  finishedAt: now,
  ...(rows !== undefined && { rows }),
  ...(counted && { counted }),
  ...(reason && { reason }),
  ...(gaps && { gaps: copyOf(gaps) }),
});

const withoutPhase = ({ phase: _phase, phaseAt: _phaseAt, ...job }: Job): Job => job;

const STAGES: readonly (readonly JobStatus[])[] = [['queued'], ['running'], JOB_STATUSES.filter(isFinished)];

/** Reads status by status, in the order in which a job passes them, like the real list. */
async function list(tables: JobTables, step: Step, filter: JobFilter) {
  const { statuses, source, limit, after } = filter;
  const found = new Map<string, Job>();
  for (const stage of STAGES) {
    const wanted = stage.filter((status) => statuses.includes(status));
    if (wanted.length === 0) continue;
    await step('list jobs');
    for (const job of wanted.flatMap((status) => tables.jobs.ofStatus(status, tables.indexBehind()))) {
      if (source && job.source !== source) continue;
      if (originsOf(job.status, filter)?.includes(originOf(job)) === false) continue;
      if (after && job.id >= after) continue;
      found.set(job.id, job);
    }
  }
  const jobs = [...found.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
  return { jobs: jobs.slice(0, limit), more: jobs.length > limit };
}
