import { isFinished, JOB_STATUSES, type Job } from '../../functions/core/jobs/job.ts';
import { type JobStore, MOST_JOBS, type Workflow } from '../../functions/core/jobs/ports.ts';
import { activeJobs, announceEnd } from '../../functions/core/jobs/stop-job.ts';
import { type Clock, HOUR, SECOND } from '../../functions/core/time/time.ts';
import type { Events } from '../../functions/core/workflow/events.ts';
import { KEEP_SENT } from '../webhooks/outbox.ts';

type Jobs = Pick<JobStore, 'list'>;

/** The interpreter forgets its executions; the job table does not. */
export async function resumeJobs(ports: {
  readonly jobs: Jobs;
  readonly workflow: Pick<Workflow, 'start'>;
}): Promise<void> {
  for await (const { id } of activeJobs(ports.jobs)) await ports.workflow.start(id);
}

/** What had ended so shortly before the last end may have been on its way to the outbox with it. */
const TOGETHER = 5 * SECOND;

/**
 * Announces the last ends once more: a host that was killed between noting an end and announcing it has not done so, and nothing goes on
 * with a job that has ended. The outbox drops what it has had, for as long as it remembers that.
 */
export async function announceLastEnds(ports: {
  readonly jobs: Jobs;
  readonly events: Events;
  readonly clock: Clock;
}): Promise<void> {
  const ended = await lastEnded(ports.jobs);
  const newest = Math.max(...ended.map(({ finishedAt = 0 }) => finishedAt));
  if (newest < ports.clock() - KEEP_SENT + HOUR) return;
  const last = ended.filter(({ finishedAt = 0 }) => finishedAt >= newest - TOGETHER);
  for (const job of last) await announceEnd(ports, job);
}

/** The newest jobs that have ended, and the newest of those that are no quiet turns of schedules: an order may have been at work for hours. */
async function lastEnded(jobs: Jobs): Promise<readonly Job[]> {
  const of = { statuses: JOB_STATUSES.filter(isFinished), limit: MOST_JOBS };
  const pages = await Promise.all([jobs.list(of), jobs.list({ ...of, withoutQuiet: true })]);
  return [...new Map(pages.flatMap((page) => page.jobs.map((job) => [job.id, job] as const))).values()];
}
