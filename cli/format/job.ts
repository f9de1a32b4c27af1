import type { JobDetail, JobSummary } from '../../functions/core/api/jobs/schemas.ts';
import { orderedWord } from '../../functions/core/jobs/job.ts';
import type { Paint, Style } from '../terminal.ts';
import { chunksOf, phaseOf } from './progress.ts';
import { type Column, type Look, table } from './table.ts';
import { count, dayOrTime, duration, few, percent, plural, seconds, span, time } from './values.ts';

const STYLES: Readonly<Record<string, Style>> = {
  succeeded: 'green',
  completed_with_gaps: 'yellow',
  failed: 'red',
  cancelled: 'yellow',
};

const paintStatus = (status: string, paint: Paint): string => {
  const style = STYLES[status];
  return style ? paint(style, status) : status;
};

/** `klines BTCUSDT, ETHUSDT 1m, 2024-11-21 00:00 to 2025-11-21 00:00` */
export const orderLine = (job: JobSummary): string =>
  `${orderedWord(job)} ${few(job.symbols, 6)} ${job.timeframe}, ${span(job)}`;

/** How to follow a job that goes on without us. */
export const whatNext = (id: string): string[] => [
  `  follow it: gordon-data backfill job ${id} --wait`,
  `  cancel it: gordon-data backfill cancel ${id}`,
];

/** How long a job ran, in seconds; 0 before it started. */
export function secondsOf(job: JobSummary, now: number): number {
  if (job.started_at === null) return 0;
  const end = job.finished_at === null ? now : Date.parse(job.finished_at);
  return Math.max(0, (end - Date.parse(job.started_at)) / 1_000);
}

export const rateOf = (rows: number, seconds: number): number =>
  seconds > 0 ? Math.round(rows / seconds) : 0;

/** Everything that was requested had been there before. */
const wasComplete = (job: JobDetail): boolean =>
  job.status === 'succeeded' && job.rows_fetched === 0 && job.chunks.length === 0;

/** One line on a finished job: how it ended, rows, seconds, rate, and why where it is not a plain success. */
export function verdict(job: JobDetail, now: number, paint: Paint): string {
  if (wasComplete(job)) return 'nothing to fetch: everything requested was already there';
  const took = secondsOf(job, now);
  const rows = job.rows_fetched;
  const rate = rows > 0 ? ` (${count(rateOf(rows, took))} rows/s)` : '';
  const line = `${paintStatus(job.status, paint)}: ${plural(rows, 'row')} in ${seconds(took)} s${rate}`;
  if (job.status === 'succeeded' && rows === 0) return `${line}: ${whyNone(job)}`;
  return job.reason ? `${line}: ${reasonOf(job)}` : line;
}

/** Nothing is missing, and the job wrote nothing. */
function whyNone({ gaps, actual }: JobDetail): string {
  // Where the venue had none, the ledger has the proof.
  if (gaps === null || gaps.length > 0) return 'the source has none there';
  if (actual.requests === 0) return 'another job had fetched them by then';
  return 'the source has none there, or another job stored them first';
}

/** What the job took, beside what it was expected to take; nothing for one that was never quoted or had nothing to request. */
export function quoteLines({ quote, actual }: JobDetail): string[] {
  if (!quote || quote.chunks === 0) return [];
  const requests = quote.requests.reduce((sum, of) => sum + of.requests, 0);
  const took = actual.requests === null ? '' : `, ${plural(actual.requests, 'request')}`;
  return [
    `  quoted: ${plural(quote.rows, 'row')}, ${plural(requests, 'request')}, ${seconds(quote.seconds)} s; ` +
      `took: ${plural(actual.rows, 'row')}${took}, ${seconds(actual.seconds)} s`,
  ];
}

/** Why it ended so, without the error of a chunk, which is listed among the failures. */
function reasonOf({ reason, failures }: JobDetail): string {
  const first = failures.find(({ chunk, message }) => reason?.includes(`, first ${chunk}: ${message}`));
  return (reason ?? '').replace(first ? `, first ${first.chunk}: ${first.message}` : '', '');
}

/** What chunks that were given up failed with: each error once, at most `most` of them. */
export function failureLines(job: JobDetail, most: number): string[] {
  const groups = [...Map.groupBy(job.failures, ({ code, message }) => `${code}: ${message}`)];
  const lines = groups
    .slice(0, most)
    .map(([error, all]) =>
      all.length === 1
        ? `${all[0]!.chunk}: ${error}`
        : `${plural(all.length, 'chunk')}, the same error: ${error} (${all[0]!.chunk} and ${all.length - 1} more)`,
    );
  const others = groups.length - lines.length;
  return others > 0
    ? [...lines, `and ${plural(others, 'other error')}: gordon-data backfill job ${job.id}`]
    : lines;
}

const JOB_COLUMNS: readonly Column[] = [
  { title: 'Job' },
  { title: 'Source' },
  { title: 'Symbols' },
  { title: 'Timeframe', rank: 4 },
  { title: 'From', rank: 2 },
  { title: 'To', rank: 2 },
  { title: 'Status' },
  { title: 'Done', align: 'right', rank: 0 },
  { title: 'Rows', align: 'right', rank: 1 },
  { title: 'Created', rank: 3 },
];

export function jobTable(jobs: readonly JobSummary[], look: Look): string[] {
  const rows = jobs.map((job) => [
    job.id,
    orderedWord(job),
    few(job.symbols, 2),
    job.timeframe,
    dayOrTime(job.from),
    dayOrTime(job.to),
    job.status,
    progressText(job),
    count(job.rows_fetched),
    time(job.created_at),
  ]);
  return table(JOB_COLUMNS, rows, look);
}

/** The list does not know how far a job came that ended early. */
const progressText = (job: JobSummary): string =>
  job.finished_at === null || job.status === 'succeeded' ? percent(job.progress) : '';

export function jobLines(job: JobDetail, now: number, paint: Paint): string[] {
  const facts: [string, string][] = [
    ['job', job.id],
    ['ordered', orderLine(job)],
    ['status', paintStatus(job.status, paint) + (job.reason ? `: ${reasonOf(job)}` : '')],
    ['created', time(job.created_at)],
    ['started', time(job.started_at)],
    ['finished', time(job.finished_at)],
    ['rows', rowsFact(job, now)],
  ];
  if (job.chunks.length > 0) facts.push(['chunks', chunkFact(job)]);
  if (job.phase) facts.push(['now', phaseOf(job)]);
  if (job.wave > 1) facts.push(['wave', String(job.wave)]);
  if (job.seconds_left && job.finished_at === null)
    facts.push(['left', `about ${duration(job.seconds_left)}`]);
  if (job.skipped.length > 0) facts.push(['left out', `${job.skipped.join(', ')} (not listed there)`]);
  const [quoted] = quoteLines(job);
  if (quoted) facts.push(['quote', quoted.trim()]);
  return [
    ...facts.map(([name, value]) => `${`${name}:`.padEnd(10)}${value}`),
    ...gapBlock(job),
    ...failureBlock(job),
  ];
}

function rowsFact(job: JobDetail, now: number): string {
  const took = secondsOf(job, now);
  if (took === 0) return count(job.rows_fetched);
  return `${count(job.rows_fetched)} in ${seconds(took)} s (${count(rateOf(job.rows_fetched, took))} rows/s)`;
}

/** `24: 20 done, 3 running, 1 failed` */
function chunkFact(job: JobDetail): string {
  const parts = Object.entries(job.chunk_counts).map(([state, chunks]) => `${count(chunks)} ${state}`);
  return `${count(chunksOf(job))}: ${parts.join(', ')}`;
}

/** Where rows are missing and why, at most `most` of them; then how many are proven never to have been. */
function gapLines({ gaps, failures }: JobDetail, most: number): string[] {
  const listed = new Set(failures.map(({ message }) => message));
  const missing = (gaps ?? []).filter(({ proven }) => !proven);
  const proven = Map.groupBy(
    (gaps ?? []).filter((gap) => gap.proven),
    ({ cause }) => cause,
  );
  const label = (gap: NonNullable<JobDetail['gaps']>[number]): string =>
    `${gap.source} ${gap.symbol} ${gap.timeframe} ${span(gap)}`;
  return [
    ...missing
      .slice(0, most)
      .map((g) => `${label(g)}: ${g.cause}${g.error && !listed.has(g.error) ? `: ${g.error}` : ''}`),
    ...(missing.length > most ? [`and ${plural(missing.length - most, 'more gap')}`] : []),
    ...[...proven].map(
      ([cause, of]) =>
        `${cause}: ${plural(
          of.reduce((sum, { rows }) => sum + rows, 0),
          'row',
        )} never were`,
    ),
  ];
}

const gapBlock = (job: JobDetail): string[] => {
  const lines = gapLines(job, 20);
  return lines.length === 0 ? [] : ['', 'without rows:', ...lines.map((line) => `  ${line}`)];
};

const failureBlock = (job: JobDetail): string[] =>
  job.failures.length === 0
    ? []
    : ['', 'failures:', ...failureLines(job, Number.POSITIVE_INFINITY).map((line) => `  ${line}`)];
