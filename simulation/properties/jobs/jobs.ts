import { summarize } from '../../../functions/core/api/jobs/views.ts';
import { isFinished, type Job, type JobStatus } from '../../../functions/core/jobs/job.ts';
import { jobSeries, orderedRange, overdue } from '../../../functions/core/jobs/job-series.ts';
import { seriesLabel } from '../../../functions/core/series/series.ts';
import { HOUR, iso, MINUTE } from '../../../functions/core/time/time.ts';
import { missingIn } from '../../memory/ledger/ledger.ts';
import type { World } from '../../world/world.ts';
import { judgeBegun, judgeLeases } from './orders.ts';
import { LATELY } from './respect.ts';

/** What holds when the execution of a job has come to its own end. @returns breaches in words */
export function checkJob(world: World, jobId: string): string[] {
  const job = world.tables.jobs.get(jobId);
  if (!job) return [`job ${jobId} is gone`];
  if (!isFinished(job.status)) return [`job ${jobId} is ${job.status}, and its execution has succeeded`];
  // What was taken away since is nothing that the job could have known.
  if (world.disturbedAt > job.createdAt - HOUR || world.clock.skew !== 0) return [];
  return [...checkRows(world, job), ...(job.status === 'succeeded' ? checkSuccess(world, job) : [])];
}

/** The API answers how many rows it wrote, and the ledger has as many of it. */
function checkRows({ warehouse, venue, tables }: World, job: Job): string[] {
  // Provisional rows of events are written without an account.
  if (job.sources.some((id) => venue.sources[id]?.table.cadence === 'irregular')) return [];
  const written = warehouse.rowsBy(job.id);
  const said = summarize(job, [...(tables.chunks.get(job.id)?.values() ?? [])]).rows_fetched;
  return said === written ? [] : [`${job.status} job ${job.id} says ${said} rows and wrote ${written}`];
}

function checkSuccess({ warehouse, venue, scheduler }: World, job: Job): string[] {
  // A proof that held while the job ran may have run out since.
  const then = job.createdAt;
  return jobSeries(job, venue.sources).flatMap((series) => {
    const range = orderedRange(job, series, job.finishedAt ?? scheduler.now());
    if (range.start >= range.end) return [];
    const [left] = overdue(missingIn(warehouse, warehouse.book(series), range, then), series, then);
    return left
      ? [`job ${job.id} succeeded, and ${seriesLabel(series)} lacks ${iso(left.start)} to ${iso(left.end)}`]
      : [];
  });
}

/** Each job begins soon after it was ordered. @returns breaches in words */
export function checkBegun({ tables, scheduler, strokesAt }: World): string[] {
  // A clock that jumped says nothing about when something was.
  if (strokesAt.has('clock jumps')) return [];
  const now = scheduler.now();
  const placed = [...tables.jobs.values()].filter(({ createdAt }) => createdAt >= now - LATELY);
  return placed.flatMap((job) => judgeBegun(job, strokesAt, now));
}

/** As long as somebody may take to find out that an execution has ended. */
const FOUND_WITHIN = 30 * MINUTE;

/**
 * After a quiet period no job is at work that began long ago or whose execution has ended, and no turn is held by one who died.
 * @returns breaches in words
 */
export function checkLiveness({ tables, scheduler, executions }: World): string[] {
  const now = scheduler.now();
  const atWork = [...tables.jobs.values()].filter(({ status }) => !isFinished(status));
  const old = atWork.filter(({ createdAt }) => createdAt < now - HOUR);
  return [
    ...atWork.flatMap(({ id, status }) => judgeExecution(id, status, executions.describe(id), now)),
    ...old.map(({ id, status, createdAt }) => `job ${id} of ${iso(createdAt)} is still ${status}`),
    ...judgeLeases(tables.leases.values(), now),
  ];
}

function judgeExecution(
  id: string,
  status: JobStatus,
  execution: ReturnType<World['executions']['describe']>,
  now: number,
): string[] {
  if (typeof execution === 'string' || execution.endedAt >= now - FOUND_WITHIN) return [];
  return [`job ${id} is ${status}, and its execution ${execution.status} at ${iso(execution.endedAt)}`];
}

/**
 * Whoever listens to the bus learns how each job ended. Not of one that was never given to an execution, whose creator got the error, and
 * not where the host was killed with its interpreter.
 * @returns breaches in words
 */
export function checkAnnounced({ tables, scheduler, executions, earlier }: World): string[] {
  if (earlier && !earlier.announces) return [];
  const since = scheduler.now() - FOUND_WITHIN;
  return [...tables.jobs.values()].flatMap(({ id, status, finishedAt }) => {
    if (!isFinished(status) || (finishedAt ?? since) >= since || executions.describe(id) === 'absent')
      return [];
    const heard = tables.announced.get(id);
    if (heard === status) return [];
    return [`job ${id} ended as ${status} at ${iso(finishedAt!)} and was announced as ${heard ?? 'nothing'}`];
  });
}
