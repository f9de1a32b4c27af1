import type { Cause } from '../ledger/cause.ts';
import type { Quote } from '../quote/quote.ts';
import type { Series } from '../series/series.ts';
import type { Family } from '../series/source.ts';
import type { Range } from '../time/range.ts';
import { DAY, MINUTE } from '../time/time.ts';
import type { Timeframe } from '../time/timeframe.ts';

/** Every state that a job can be in; the last four are final. */
export const JOB_STATUSES = [
  'queued',
  'running',
  'succeeded',
  'completed_with_gaps',
  'failed',
  'cancelled',
] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

/** What `GET /backfill/jobs` lists by default. */
export const ACTIVE_STATUSES: readonly JobStatus[] = ['queued', 'running'];

/** Whether a job has ended, whatever its end was. */
export const isFinished = (status: JobStatus): boolean => !ACTIVE_STATUSES.includes(status);

/** Who ordered a job: a caller, a schedule, or the one schedule that audits gaps. */
export const JOB_ORIGINS = ['order', 'schedule', 'audit'] as const;
export type JobOrigin = (typeof JOB_ORIGINS)[number];

/** What says who ordered a job, in the job table and in answers. */
interface Ordered {
  readonly scheduled?: boolean | undefined;
  readonly audit?: boolean | undefined;
}

export const originOf = ({ scheduled, audit }: Ordered): JobOrigin =>
  audit ? 'audit' : scheduled ? 'schedule' : 'order';

/** What was ordered. */
export interface JobOrder {
  readonly source: Family;
  /** ids of the family's sources that take part */
  readonly sources: readonly string[];
  readonly symbols: readonly string[];
  /** `source symbol` pairs that a venue does not list and that are therefore left out */
  readonly skipped: readonly string[];
  readonly timeframe: Timeframe;
  /** epoch ms */
  readonly from: number;
  readonly to: number;
  /** also fills whatever was requested of these series before: the trigger without a range */
  readonly alsoRequested: boolean;
  /** what it was expected to take when it was ordered; jobs of schedules have none */
  readonly quote?: Quote;
  /** a schedule ordered it, which counted what lost rows before: the job does not count all rows again */
  readonly scheduled?: boolean;
  /** of the schedules it was the audit of gaps */
  readonly audit?: boolean;
}

/** The word that orders what a job is about: its source, or the family of several. */
export const orderedWord = ({ source, sources }: { source: string; sources: readonly string[] }): string =>
  sources.length === 1 ? sources[0]! : source;

/** A backfill job as the job table keeps it. Times are epoch ms. */
export interface Job extends JobOrder {
  /** ULID; also the name of the Step Functions execution */
  readonly id: string;
  readonly status: JobStatus;
  readonly createdAt: number;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  readonly wave: number;
  /** what is done now that chunks do not show, such as `counting rows`; absent while they are fetched, and in the end */
  readonly phase?: string;
  /** when that began */
  readonly phaseAt?: number;
  /** rows written; final once the job is finished, before that the sum of the chunks counts */
  readonly rows: number;
  /** those rows were counted in the ledger when the job ended; absent: they are the sum of what fetchers noted */
  readonly counted?: boolean;
  /** why it ended as it did, for everything but a plain success */
  readonly reason?: string;
  /** of what it was about: where no rows are, and why; the first ones only. Known when it has ended */
  readonly gaps?: readonly JobGap[];
}

/** Whether it is a schedule's and succeeded: schedules run each minute, and nobody looks for such a run later. */
export const isQuiet = ({ status, ...order }: Ordered & Pick<Job, 'status'>): boolean =>
  status === 'succeeded' && originOf(order) !== 'order';

/** The longest that the job table keeps anything of a job after its end, ms. */
export const KEEP_FINISHED = 30 * DAY;
const KEEP_QUIET = 2 * DAY;

/** How long the job table keeps a job after its end, ms. */
export const keptFor = (job: Parameters<typeof isQuiet>[0]): number =>
  isQuiet(job) ? KEEP_QUIET : KEEP_FINISHED;

/** For a caller that names a job that is not there. */
export const KEPT = 'Finished jobs are kept for 30 days, runs of schedules that succeeded for two.';

/** A span without rows in what a job was about. */
export interface JobGap extends Series, Range {
  readonly rows: number;
  readonly cause: Cause;
  /** the venue's answers prove that there are none, so it does not count as missing */
  readonly proven: boolean;
  readonly error?: string;
}

export const CHUNK_STATES = ['planned', 'running', 'waiting', 'done', 'failed', 'cancelled'] as const;
export type ChunkState = (typeof CHUNK_STATES)[number];

export interface ChunkFailure {
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

/** How far a chunk is. */
export interface ChunkProgress {
  readonly label: string;
  readonly state: ChunkState;
  readonly wave: number;
  /** what was missing when the job first planned it, and what still is; ms of series time */
  readonly totalMs: number;
  readonly leftMs: number;
  /** rows that this job wrote for it: an absolute count, so a repeated fetch counts once */
  readonly rows: number;
  /** requests sent to venues so far; absent where they were not counted */
  readonly requests?: number;
  /** a `waiting` chunk goes on then; epoch ms */
  readonly resumeAt?: number;
  /** when it was first fetched, in whatever wave; epoch ms */
  readonly startedAt?: number;
  /** when it was done, failed or cancelled; absent while it is not */
  readonly endedAt?: number;
  /** what it waited for, in order; absent: nothing yet */
  readonly waits?: readonly ChunkWait[];
  readonly error?: ChunkFailure;
}

/** A chunk that may not be fetched for a time; epoch ms. */
export interface ChunkWait {
  readonly from: number;
  readonly until: number;
  /** the limit family or the venue that had no room for it */
  readonly scope: string;
}

/** Whether a chunk in this state is not worked on any more. */
export const isEnded = (state: ChunkState): boolean =>
  state === 'done' || state === 'failed' || state === 'cancelled';

/** A call of the fetcher works no longer than its function may: until then one that was at work as its job ended may still write. */
export const FETCHER_LIFE = 2 * MINUTE;

/**
 * The chunks of a job as they are once it has ended: what ended it may have cut them off, or their rows came with another job, so the
 * last note of a chunk need not be its end. One that is at work says itself when it stops, as long as it can.
 */
export const settledChunks = (
  { status, finishedAt, reason }: Pick<Job, 'status' | 'finishedAt' | 'reason'>,
  chunks: readonly ChunkProgress[],
  now: number,
): readonly ChunkProgress[] => {
  if (!isFinished(status)) return chunks;
  const stopping = status !== 'succeeded' && finishedAt !== undefined && now - finishedAt < FETCHER_LIFE;
  const at = finishedAt === undefined ? {} : { endedAt: finishedAt };
  return chunks.map((chunk) => {
    if (isEnded(chunk.state) || (stopping && chunk.state === 'running')) return chunk;
    if (status === 'succeeded') return { ...chunk, ...at, state: 'done', leftMs: 0 };
    // One that was at work was lost; what had not begun was only left out.
    if (status === 'cancelled' || chunk.state !== 'running') return { ...chunk, ...at, state: 'cancelled' };
    const message = `the job ended in the middle of it${reason ? `: ${reason}` : ''}`;
    return {
      ...chunk,
      ...at,
      state: 'failed',
      error: { name: 'PermanentError', code: 'unexpected', message },
    };
  });
};

/** Rows that a job wrote, by what its chunks say. */
export const rowsOf = (chunks: readonly ChunkProgress[]): number =>
  chunks.reduce((sum, { rows }) => sum + rows, 0);

/** How many rows a job wrote, as it says when it ends. */
export type RowsWritten = Pick<Job, 'rows' | 'counted'>;

/**
 * What a job that has ended learns from a later count: a count in the ledger holds against what fetchers noted, and of two of a kind the
 * larger one holds.
 * @returns undefined when it keeps the count that it has
 */
export function laterCount(
  has: RowsWritten,
  { rows, counted = false }: RowsWritten,
): RowsWritten | undefined {
  const sameKind = (has.counted ?? false) === counted;
  if (sameKind ? has.rows >= rows : !counted) return undefined;
  return { rows, ...(counted && { counted }) };
}

/** Labels of the chunks whose failure no later wave can mend. */
export const permanentlyFailed = (chunks: readonly ChunkProgress[]): ReadonlySet<string> =>
  new Set(
    chunks
      .filter(({ state, error }) => state === 'failed' && error?.name === 'PermanentError')
      .map(({ label }) => label),
  );
