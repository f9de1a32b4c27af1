import { type Clock, DAY, floorTo, HOUR, MINUTE } from '../time/time.ts';
import { isFinished, type Job, type JobStatus } from './job.ts';
import type { JobStore } from './ports.ts';

/** Who did a piece of scheduled work last, and what came of it. */
export interface Lease {
  readonly name: string;
  /** another one each time it is taken */
  readonly holder: string;
  /** when it was taken; epoch ms */
  readonly at: number;
  /** the holder has ended, and named the jobs that it started */
  readonly done: boolean;
  readonly jobs: readonly string[];
  /** how many times in a row the jobs did not do what they were for */
  readonly failures: number;
}

/** Leases in the job table, each one item and each change one conditional write. */
export interface Leases {
  read(name: string): Promise<Lease | undefined>;
  /**
   * @param seen the lease as it was read; undefined: there was none
   * @returns undefined when another worker took it meanwhile
   */
  take(name: string, as: Pick<Lease, 'at' | 'failures'>, seen: Lease | undefined): Promise<Lease | undefined>;
  /** Ends the holder's turn. Nothing happens when the lease has passed on. */
  settle(lease: Lease, jobs: readonly string[]): Promise<void>;
  /** Forgets the turn, so that the work is due at once. */
  drop(lease: Lease): Promise<void>;
}

export interface LeasePorts {
  readonly leases: Leases;
  readonly jobs: Pick<JobStore, 'get'>;
  readonly clock: Clock;
}

export interface Pace {
  /** the work is due once in each period of this length, counted from the epoch; ms */
  readonly everyMs: number;
  /** statuses that count as a failure; defaults to `failed` */
  readonly failedBy?: readonly JobStatus[];
  /** after failures the period doubles up to this; defaults to `everyMs` */
  readonly longestMs?: number;
  /** how long a holder may take that does not come back; ms */
  readonly holdMs?: number;
}

const HOLD = 5 * MINUTE;

/** A job that is older and still at work has lost its execution: it must not block the schedule forever. */
export const JOB_LIVES = 2 * DAY;

/** Whether a job is still at work. A changed clock may make a job look younger than it is, never younger than new. */
export const isAtWork = (job: Job, now: number): boolean =>
  !isFinished(job.status) && Math.abs(now - job.createdAt) < JOB_LIVES;

/**
 * Takes a turn if one is due and no other worker holds it. Periods are distinguished by number, not measured: a clock that was
 * turned back or forward costs one more turn at most and blocks nothing. Neither does a lease from the far future.
 * @returns undefined when there is nothing to do
 */
export async function claim(
  { leases, jobs, clock }: LeasePorts,
  name: string,
  { everyMs, failedBy = ['failed'], longestMs = everyMs, holdMs = HOLD }: Pace,
): Promise<Lease | undefined> {
  const now = clock();
  const seen = await leases.read(name);
  if (!seen) return leases.take(name, { at: now, failures: 0 }, undefined);
  if (!seen.done) {
    if (Math.abs(now - seen.at) < holdMs) return undefined;
    // Its holder did not come back: the ledger knows whatever it began.
    return leases.take(name, { at: now, failures: seen.failures }, seen);
  }
  const last = await Promise.all(seen.jobs.map((id) => jobs.get(id)));
  if (last.some((job) => job !== undefined && isAtWork(job, now))) return undefined;
  const failed = last.some((job) => job !== undefined && failedBy.includes(job.status));
  const failures = failed ? seen.failures + 1 : 0;
  const pace = Math.min(everyMs * 2 ** failures, Math.max(everyMs, longestMs));
  if (floorTo(seen.at, pace) === floorTo(now, pace)) return undefined;
  return leases.take(name, { at: now, failures }, seen);
}

/** Whether the work was done lately, whichever way the clock went since. */
export const isAlive = (lease: Lease | undefined, everyMs: number, now: number): boolean =>
  lease !== undefined && Math.abs(now - lease.at) < 2 * Math.max(everyMs, HOUR);
