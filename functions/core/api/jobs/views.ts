import type { ChunkProgress, ChunkState, Job, JobGap, JobStatus } from '../../jobs/job.ts';
import { isFinished, rowsOf, settledChunks } from '../../jobs/job.ts';
import { iso, isoOrNull, SECOND } from '../../time/time.ts';
import { type JobDetail, type JobSummary, MOST_SHOWN, MOST_WAITS } from './schemas.ts';

/** Rows and share done. A finished job's rows are its own; a running one's are the sum of its chunks. */
export function summarize(job: Job, chunks: readonly ChunkProgress[]): JobSummary {
  return {
    id: job.id,
    source: job.source,
    sources: job.sources,
    status: job.status,
    rows_fetched: rowsFetched(job, chunks),
    started_at: isoOrNull(job.startedAt),
    created_at: iso(job.createdAt),
    finished_at: isoOrNull(job.finishedAt),
    symbols: job.symbols,
    timeframe: job.timeframe,
    from: iso(job.from),
    to: iso(job.to),
    progress: job.status === 'succeeded' ? 1 : share(chunks),
    ...(job.scheduled && { scheduled: true as const }),
    ...(job.audit && { audit: true as const }),
  };
}

/** A job with its chunks. @param noted the chunks as the job table has them @param now epoch ms */
export function detail(job: Job, noted: readonly ChunkProgress[], now: number): JobDetail {
  const chunks = settledChunks(job, noted, now);
  const summary = summarize(job, chunks);
  const seconds = job.startedAt === undefined ? 0 : ((job.finishedAt ?? now) - job.startedAt) / SECOND;
  const phase = isFinished(job.status) ? undefined : job.phase;
  // The rate of the chunks does not apply to a phase.
  const estimate = phase === undefined ? timeLeft(seconds, summary.progress) : null;
  return {
    ...summary,
    skipped: job.skipped,
    wave: job.wave,
    phase: phase ?? null,
    phase_seconds: phase === undefined ? null : Math.max(0, Math.floor((now - job.phaseAt!) / SECOND)),
    reason: job.reason ?? null,
    rows_per_second: seconds > 0 ? Math.round(summary.rows_fetched / seconds) : null,
    seconds_left: isFinished(job.status) ? 0 : estimate,
    quote: job.quote ?? null,
    actual: {
      rows: summary.rows_fetched,
      seconds: Math.round(seconds * 10) / 10,
      requests: requestsOf(chunks),
    },
    gaps: job.gaps?.map(viewOfGap) ?? null,
    chunk_counts: countsOf(chunks),
    chunks: chunksToShow(chunks).map(chunkView),
    failures: chunks
      .flatMap(({ label, error }) =>
        error ? [{ chunk: label, code: error.code, message: error.message }] : [],
      )
      .slice(0, MOST_SHOWN),
  };
}

/** The order in which states are shown when a job is too large to be shown whole. */
const FIRST: readonly ChunkState[] = ['running', 'waiting', 'failed', 'planned', 'cancelled', 'done'];

const chunksToShow = (chunks: readonly ChunkProgress[]): readonly ChunkProgress[] =>
  chunks.length <= MOST_SHOWN
    ? chunks
    : chunks.toSorted((a, b) => FIRST.indexOf(a.state) - FIRST.indexOf(b.state)).slice(0, MOST_SHOWN);

function countsOf(chunks: readonly ChunkProgress[]): JobDetail['chunk_counts'] {
  const counts: Partial<Record<ChunkState, number>> = {};
  for (const { state } of chunks) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

/**
 * What was counted holds: a crash of the database may have taken what fetchers noted before. Of a job that ended otherwise they may still
 * note more.
 */
const rowsFetched = ({ status, rows, counted }: Job, chunks: readonly ChunkProgress[]): number => {
  if (!isFinished(status)) return rowsOf(chunks);
  return counted || ONLY_COUNTED.has(status) ? rows : Math.max(rows, rowsOf(chunks));
};

/** Only FinalizeJob, which counts, gives these ends; a job of an earlier version does not say that it was counted. */
const ONLY_COUNTED: ReadonlySet<JobStatus> = new Set(['succeeded', 'completed_with_gaps']);

/** Not known when nothing was counted for any chunk, as for jobs of an earlier version. */
function requestsOf(chunks: readonly ChunkProgress[]): number | null {
  const counted = chunks.flatMap(({ requests }) => (requests === undefined ? [] : [requests]));
  if (counted.length === 0) return chunks.length === 0 ? 0 : null;
  return counted.reduce((sum, n) => sum + n, 0);
}

function share(chunks: readonly ChunkProgress[]): number {
  const total = chunks.reduce((sum, c) => sum + c.totalMs, 0);
  const left = chunks.reduce((sum, c) => sum + c.leftMs, 0);
  return total === 0 ? 0 : round(1 - left / total);
}

const timeLeft = (seconds: number, done: number): number | null =>
  done > 0 && done <= 1 ? Math.round((seconds * (1 - done)) / done) : null;

/** Downward, so that 1 means all of it. */
const round = (n: number): number => Math.floor(n * 1_000) / 1_000;

const viewOfGap = ({ start, end, error, ...gap }: JobGap): NonNullable<JobDetail['gaps']>[number] => ({
  ...gap,
  from: iso(start),
  to: iso(end),
  error: error ?? null,
});

const chunkView = (chunk: ChunkProgress): JobDetail['chunks'][number] => ({
  chunk: chunk.label,
  state: chunk.state,
  wave: chunk.wave,
  rows: chunk.rows,
  progress: chunk.totalMs === 0 ? 1 : round(1 - chunk.leftMs / chunk.totalMs),
  resumes_at: chunk.state === 'waiting' ? isoOrNull(chunk.resumeAt) : null,
  started_at: isoOrNull(chunk.startedAt),
  ended_at: isoOrNull(chunk.endedAt),
  waits: (chunk.waits ?? [])
    .slice(-MOST_WAITS)
    .map(({ from, until, scope }) => ({ from: iso(from), to: iso(until), scope })),
});
