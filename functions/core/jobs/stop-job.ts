import type { FinalStatus } from '../ledger/ports.ts';
import { isFinished, type Job, rowsOf } from './job.ts';
import type { JobStore } from './ports.ts';

/** How Step Functions says that an execution ended other than by its last state. */
export interface StoppedExecution {
  /** also the name of the execution */
  readonly jobId: string;
  readonly status: 'ABORTED' | 'FAILED' | 'TIMED_OUT';
  /** what was given with the stop, or what failed */
  readonly cause?: string | undefined;
}

const ENDS: Readonly<
  Record<StoppedExecution['status'], { readonly status: FinalStatus; readonly words: string }>
> = {
  ABORTED: { status: 'cancelled', words: 'its execution was stopped' },
  FAILED: { status: 'failed', words: 'its execution failed' },
  TIMED_OUT: { status: 'failed', words: 'its execution ran out of time' },
};

/**
 * Ends the job of such an execution, so that none stays running forever. A job that has ended keeps its end: the last
 * state of a failing execution has noted the reason before.
 * @returns the job as it now is; undefined when there is none, as for one that has expired
 */
export async function stopJob(jobs: JobStore, stopped: StoppedExecution): Promise<Job | undefined> {
  const job = await jobs.get(stopped.jobId);
  if (!job || isFinished(job.status)) return job;
  const rows = rowsOf(await jobs.chunks(job.id));
  const { status, words } = ENDS[stopped.status];
  return jobs.finish(job.id, { status, rows, reason: stopped.cause ? `${words}: ${stopped.cause}` : words });
}
