import type { FinalStatus, SeriesCatalog } from '../ledger/ports.ts';
import { type Clock, MINUTE } from '../time/time.ts';
import { type Events, jobEvents } from '../workflow/events.ts';
import { ACTIVE_STATUSES, isFinished, type Job, rowsOf } from './job.ts';
import { type EndedExecution, type JobStore, MOST_JOBS, type Workflow } from './ports.ts';

/** How Step Functions says that an execution ended other than by its last state. */
export interface StoppedExecution extends Pick<EndedExecution, 'status' | 'error' | 'cause'> {
  /** also the name of the execution */
  readonly jobId: string;
}

/** The error of the state `JobFailed`: the state before it has noted and announced the end. */
const JOB_FAILED = 'JobFailed';

const ENDS: Readonly<
  Record<StoppedExecution['status'], { readonly status: FinalStatus; readonly words: string }>
> = {
  // The job table was restored from a time before, or lost what the last state wrote.
  SUCCEEDED: { status: 'failed', words: 'its execution ended, and the job table does not know how' },
  ABORTED: { status: 'cancelled', words: 'its execution was stopped' },
  FAILED: { status: 'failed', words: 'its execution failed' },
  TIMED_OUT: { status: 'failed', words: 'its execution ran out of time' },
};

function endOf({ status: execution, cause }: StoppedExecution): { status: FinalStatus; reason: string } {
  const { status, words } = ENDS[execution];
  return { status, reason: cause ? `${words}: ${cause}` : words };
}

export interface StopPorts {
  readonly jobs: Pick<JobStore, 'get' | 'chunks' | 'finish'>;
  readonly catalog: Pick<SeriesCatalog, 'settle'>;
  readonly events: Events;
}

/**
 * Ends the job of such an execution, so that none stays running forever; what the job had begun in the ledger is settled, and the end is
 * announced. A job that has ended keeps its end: the last state of a failing execution has noted the reason before.
 *
 * The end is announced before it is noted. A call that dies between the two is made again, and then the job is still at work.
 * @returns the job as it now is; undefined when there is none, as for one that has expired
 */
export async function noteStopped(ports: StopPorts, stopped: StoppedExecution): Promise<Job | undefined> {
  const { jobs, catalog } = ports;
  const job = await jobs.get(stopped.jobId);
  if (!job) return undefined;
  const end = endOf(stopped);
  if (isFinished(job.status)) {
    await catalog.settle(job.id, job.status as FinalStatus);
    // The state that noted this end may have failed before it could announce it.
    if (stopped.error !== JOB_FAILED && job.reason !== end.reason) await announceEnd(ports, job);
    return job;
  }
  const rows = rowsOf(await jobs.chunks(job.id));
  await announceEnd(ports, { ...job, ...end, rows });
  const ended = await jobs.finish(job.id, { ...end, rows });
  await catalog.settle(job.id, ended.status as FinalStatus);
  // Somebody else ended it meanwhile: the newest event is the one that holds.
  if (ended.status !== end.status) await announceEnd(ports, ended);
  return ended;
}

/** Publishes the events of a job that has ended. */
export const announceEnd = (
  { events }: Pick<StopPorts, 'events'>,
  { id, status, rows, reason = '' }: Job,
): Promise<void> => events.publish(jobEvents({ jobId: id, status: status as FinalStatus, rows, reason }));

/**
 * For so long a job may be silent before its execution is looked up, and for so long the end of an execution is left to its states and to
 * `execution-stopped`, which is tried three times.
 */
const PATIENCE = 10 * MINUTE;

/** Executions are looked up by the turns of the first two minutes of each ten: a turn comes each minute, and one of two may be lost. */
const LOOK_EVERY = 10 * MINUTE;
const LOOK_WITHIN = 2 * MINUTE;

export interface AbandonedPorts extends StopPorts {
  readonly jobs: StopPorts['jobs'] & Pick<JobStore, 'list'>;
  readonly workflow: Workflow;
  readonly clock: Clock;
}

/**
 * Ends jobs whose execution has ended while nobody could note it: its last states and then `execution-stopped` met one fault after the other.
 * A job that has no execution any more gets one, as after a restart of its host. Those at work cost one request each in ten minutes.
 * @returns ids of jobs
 */
export async function endAbandoned(
  ports: AbandonedPorts,
): Promise<{ readonly ended: string[]; readonly resumed: string[] }> {
  const [ended, resumed]: [string[], string[]] = [[], []];
  const now = ports.clock();
  if (now % LOOK_EVERY >= LOOK_WITHIN) return { ended, resumed };
  // Whichever way the clock went since.
  const isOld = (at: number): boolean => Math.abs(now - at) >= PATIENCE;
  for await (const job of activeJobs(ports.jobs)) {
    if (!isOld(lastSign(job))) continue;
    const execution = await ports.workflow.describe(job.id);
    if (execution === 'absent') {
      await ports.workflow.start(job.id);
      resumed.push(job.id);
    } else if (execution !== 'running' && isOld(execution.endedAt)) {
      const { status, error, cause } = execution;
      await noteStopped(ports, { jobId: job.id, status, error, cause });
      ended.push(job.id);
    }
  }
  return { ended, resumed };
}

/** Of what the job itself says: its chunks are not read for this. */
const lastSign = ({ createdAt, startedAt = createdAt, phaseAt = startedAt }: Job): number =>
  Math.max(startedAt, phaseAt);

/** Every job that has not ended, newest first. */
export async function* activeJobs(jobs: Pick<JobStore, 'list'>): AsyncGenerator<Job> {
  let after: string | undefined;
  do {
    const page = await jobs.list({
      statuses: ACTIVE_STATUSES,
      limit: MOST_JOBS,
      ...(after !== undefined && { after }),
    });
    yield* page.jobs;
    after = page.more ? page.jobs.at(-1)?.id : undefined;
  } while (after !== undefined);
}
