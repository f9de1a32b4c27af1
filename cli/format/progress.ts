import type { JobDetail } from '../../functions/core/api/jobs/schemas.ts';
import { fitLine } from './fit.ts';
import { count, duration, percent, time } from './values.ts';

/** The parts of a progress display. */
export interface ProgressParts {
  readonly percent: string;
  readonly rows: string;
  readonly rate: string;
  /** chunks done of all; empty before there are any */
  readonly chunks: string;
  readonly left: string;
}

export function progressParts(job: JobDetail): ProgressParts {
  const { done = 0 } = job.chunk_counts;
  return {
    percent: percent(job.progress),
    rows: `${count(job.rows_fetched)} rows`,
    rate: job.rows_per_second === null ? '' : `${count(job.rows_per_second)} rows/s`,
    chunks: job.chunks.length === 0 ? '' : `${count(done)}/${count(chunksOf(job))} chunks`,
    left: timeLeft(job),
  };
}

/** All of them, also those that the answer has no room for. */
export const chunksOf = ({ chunk_counts }: JobDetail): number =>
  Object.values(chunk_counts).reduce((sum, n) => sum + n, 0);

/** `running 42%  1,234,567 rows  98,765 rows/s  3/24 chunks  about 12s left` */
export function progressLine(job: JobDetail): string {
  if (job.status === 'queued') return 'queued';
  if (job.chunks.length === 0) return `${job.status}: ${phaseOf(job) || 'looking for what is missing'}`;
  const { percent, rows, rate, chunks, left } = progressParts(job);
  return [`${job.status} ${percent}`, rows, rate, chunks, left].filter(Boolean).join('  ');
}

/** Columns of the bar, and the least of them. */
const BAR = { most: 24, least: 8 };

/**
 * `████░░░░  42%  1,234,567 rows  98,765 rows/s  3/24 chunks  about 12s left`, at most `width` columns wide. What is left of the time
 * stays, however narrow the terminal is.
 */
export function progressBar(job: JobDetail, width: number): string {
  const { percent, rows, rate, chunks, left } = progressParts(job);
  const share = percent.padStart(4);
  // As wide as the terminal leaves room for beside what stays, in steps that do not jump with the number of rows.
  const size = Math.max(BAR.least, Math.min(BAR.most, Math.floor(width / 4)));
  const done = Math.floor(job.progress * size);
  const bar = `${'█'.repeat(done)}${'░'.repeat(size - done)} ${share}`;
  if (job.chunks.length === 0) return fitLine([{ text: bar, rank: 0 }, { text: progressLine(job) }], width);
  return fitLine(
    [
      { text: bar, rank: 0 },
      { text: rows, rank: 1 },
      { text: rate, rank: 3 },
      { text: chunks, rank: 2 },
      { text: left },
    ],
    width,
  );
}

/** `refreshing aggregates 3 of 6 for 12s`; empty while chunks are fetched */
export const phaseOf = ({ phase, phase_seconds }: JobDetail): string =>
  [phase, phase && phase_seconds ? `for ${duration(phase_seconds)}` : ''].filter(Boolean).join(' ');

function timeLeft(job: JobDetail): string {
  if (job.phase) return phaseOf(job);
  const waiting = job.chunks.flatMap(({ resumes_at }) => resumes_at ?? []);
  const working = job.chunks.some(({ state }) => state === 'running');
  // Nothing moves until then, and a bar that stands still without a word looks like a hang.
  if (waiting.length > 0 && !working)
    return `the venue's limit: on at ${time(waiting.sort()[0]!).slice(11)} UTC`;
  return !job.seconds_left ? '' : `about ${duration(job.seconds_left)} left`;
}
