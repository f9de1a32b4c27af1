import type { Chunk, PlannedChunk } from '../ledger/plan.ts';
import type { FinalStatus } from '../ledger/ports.ts';
import type { Series } from '../series/series.ts';
import type { RangeSet } from '../time/range.ts';
import {
  type ChunkFailure,
  type ChunkProgress,
  type ChunkState,
  JOB_ORIGINS,
  type Job,
  type JobGap,
  type JobOrder,
  type JobOrigin,
  type JobStatus,
} from './job.ts';

/** The most jobs of a page of the list. */
export const MOST_JOBS = 100;

export interface JobFilter {
  readonly statuses: readonly JobStatus[];
  readonly source?: string;
  /** absent: of every origin */
  readonly origins?: readonly JobOrigin[];
  /** without the runs of schedules that succeeded */
  readonly withoutQuiet?: boolean;
  readonly limit: number;
  /** the id of the last job of the page before */
  readonly after?: string;
}

/** Whose jobs of a status a filter selects, for a store that reads status by status. @returns undefined: everybody's */
export function originsOf(
  status: JobStatus,
  { origins, withoutQuiet }: Pick<JobFilter, 'origins' | 'withoutQuiet'>,
): readonly JobOrigin[] | undefined {
  if (!withoutQuiet || status !== 'succeeded') return origins;
  return (origins ?? JOB_ORIGINS).filter((origin) => origin === 'order');
}

export interface Checkpoint {
  readonly state: ChunkState;
  readonly leftMs: number;
  readonly rows: number;
  /** requests sent to venues since the last checkpoint */
  readonly requests?: number;
  readonly resumeAt?: number;
  /** the limit family or the venue that a `waiting` chunk waits for; absent: its turn in the next wave */
  readonly scope?: string;
}

/** How a job ended, as the job table notes it. */
export interface JobEnd {
  readonly status: FinalStatus;
  /** absent: as it was */
  readonly rows?: number;
  /** those rows were counted in the ledger */
  readonly counted?: boolean;
  readonly reason?: string;
  readonly gaps?: readonly JobGap[];
  /** who ordered the job, for a table that does not read it before it writes; absent: a caller */
  readonly origin?: JobOrigin;
}

/** The job table. Every transition is one conditional write, so a late writer never revives a finished job. */
export interface JobStore {
  /**
   * @param key an `Idempotency-Key` with a digest of what it was sent with: the same pair gives the same job
   * @param identity equal for orders that are the same: without a key an order joins the one at work, by one conditional write;
   *   absent: it joins none
   * @throws GordonError `idempotency-mismatch` when the key was used for something else
   */
  create(
    order: JobOrder,
    key?: { readonly key: string; readonly digest: string },
    identity?: string,
  ): Promise<NewJob>;
  get(id: string): Promise<Job | undefined>;
  /** newest first */
  list(filter: JobFilter): Promise<{ readonly jobs: readonly Job[]; readonly more: boolean }>;
  /**
   * queued → running; a job that is further on stays as it is.
   * @param phase what is done now that chunks do not show
   * @returns the job as it now is
   */
  start(id: string, wave: number, phase?: string): Promise<Job>;
  /** notes what is done now; a job that is final stays as it is */
  enterPhase(id: string, phase: string): Promise<void>;
  /** enters the wave's chunks; a chunk that was planned before keeps its total and its rows */
  plan(id: string, wave: number, chunks: readonly PlannedChunk[]): Promise<void>;
  chunks(id: string): Promise<readonly ChunkProgress[]>;
  /** notes how far a chunk is */
  checkpoint(id: string, chunk: string, at: Checkpoint): Promise<void>;
  isCancelled(id: string): Promise<boolean>;
  /** Notes that spans of a chunk whose rows may still change were requested. */
  noteProvisional(chunk: Chunk, spans: RangeSet, at: number): Promise<void>;
  /** Spans of a series whose rows may still change and that were requested in `[since, until]`. */
  provisionalSince(series: Series, since: number, until: number): Promise<RangeSet>;
  /** Forgets what `noteProvisional` noted of a series, so that the next order requests all of it. */
  forgetProvisional(series: Series): Promise<void>;
  /** @param rows what it wrote before; absent: what it last reported */
  failChunk(id: string, chunk: string, error: ChunkFailure, rows?: number): Promise<void>;
  /**
   * queued or running → final. A job that has ended keeps its end, and still gets the count of rows that it wrote before it stopped.
   * @returns the job as it now is: `cancelled` wins over whatever came of it
   */
  finish(id: string, to: JobEnd & { readonly rows: number }): Promise<Job>;
  /** @throws GordonError `unknown-job` (404), `job-finished` (409) */
  cancel(id: string): Promise<Job>;
}

export interface NewJob {
  readonly job: Job;
  /** false when it had been made before: with the same idempotency key, or by the same order */
  readonly created: boolean;
  /** the same order was at work, and this is its job */
  readonly joined: boolean;
}

/** How an execution ended. */
export interface EndedExecution {
  /** as Step Functions names it */
  readonly status: 'SUCCEEDED' | 'ABORTED' | 'FAILED' | 'TIMED_OUT';
  /** epoch ms */
  readonly endedAt: number;
  /** the name of the error that ended it */
  readonly error?: string | undefined;
  /** what was given with the stop, or what failed */
  readonly cause?: string | undefined;
}

/** Where jobs run: Step Functions, or what stands in for it. */
export interface Workflow {
  /** Starts the execution named by the job's id; starting it twice is harmless. */
  start(jobId: string): Promise<void>;
  /** Where the execution of a job is. `absent`: nothing knows it, because it was never started, or its host has been restarted since. */
  describe(jobId: string): Promise<'running' | 'absent' | EndedExecution>;
}
