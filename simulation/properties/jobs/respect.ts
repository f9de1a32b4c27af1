import { FETCHER_LIFE, isEnded, type Job, settledChunks } from '../../../functions/core/jobs/job.ts';
import { jobSeries } from '../../../functions/core/jobs/job-series.ts';
import { type Series, seriesLabel } from '../../../functions/core/series/series.ts';
import { clip, type Range, type RangeSet } from '../../../functions/core/time/range.ts';
import { DAY, iso, MINUTE } from '../../../functions/core/time/time.ts';
import type { Book, KeptFinding } from '../../memory/ledger/warehouse.ts';
import type { World } from '../../world/world.ts';

/** A call that knows nothing of it yet may be at work, and the index of jobs hears of writes later. */
const UNHEARD = 10 * MINUTE;
/** So long schedules leave alone what was cancelled. */
const RESPECTED = DAY;
/** Between two looks, and what a look may have been too early for. */
export const LATELY = 2 * 60 * MINUTE;

/** That a job was cancelled, or a series is not followed any more, holds for fetchers and schedules. @returns breaches in words */
export function checkRespect({ tables, warehouse, venue, scheduler, strokesAt }: World): string[] {
  // A clock that jumped says nothing about what came first.
  if (strokesAt.has('clock jumps')) return [];
  const now = scheduler.now();
  const jobs = [...tables.jobs.values()];
  const since = now - LATELY;
  const restoredAt = strokesAt.get('older backup restored')?.at(-1) ?? Number.NEGATIVE_INFINITY;
  const ended = jobs.filter(({ finishedAt }) => finishedAt !== undefined && finishedAt >= since);
  const placed = jobs.filter(({ scheduled, createdAt }) => scheduled && createdAt >= since);
  const seriesOf = (job: Job): readonly Series[] =>
    jobSeries(job, venue.sources).filter(({ spec }) => spec.tiers[0]?.kind !== 'snapshot');
  const cancelled = jobs.filter(
    ({ status, finishedAt = 0 }) => status === 'cancelled' && finishedAt > since - RESPECTED,
  );
  return [
    ...ended.flatMap((job) => judgeShown(job, [...(tables.chunks.get(job.id)?.values() ?? [])], now)),
    ...ended.flatMap((job) => (job.status === 'cancelled' ? judgeCancelled(job, warehouse.books()) : [])),
    ...placed.flatMap((job) => cancelled.flatMap((other) => judgeOrderedAgain(job, other, seriesOf))),
    ...warehouse.books().flatMap((book) => judgeUnfollowed(book, placed, seriesOf, restoredAt)),
  ];
}

/** What a job that has ended shows of its chunks: none is at work. */
export function judgeShown(job: Job, chunks: Parameters<typeof settledChunks>[1], now: number): string[] {
  if (job.finishedAt === undefined || job.finishedAt > now - FETCHER_LIFE) return [];
  const open = settledChunks(job, chunks, now).find(({ state }) => !isEnded(state));
  return open ? [`job ${job.id} is ${job.status} and shows ${open.label} as ${open.state}`] : [];
}

/** Of one chunk: what is in hand when the job is cancelled, by each of the calls that may be at work on it. */
const IN_HAND = 3;

/** A fetcher looks after each commit whether its job is still wanted. */
export function judgeCancelled({ id, finishedAt = 0 }: Job, books: readonly Book[]): string[] {
  const commits = new Map<string, Set<number>>();
  for (const { series, spans, findings } of books) {
    for (const { jobId, state, fetchedAt, chunk, object, sha256 } of spans) {
      if (jobId !== id || state !== 'have' || fetchedAt <= finishedAt) continue;
      // Siblings have commits of their own; and spans that were joined have the latest instant.
      if (!chunk.startsWith(`${series.source} `) || / and \d+ more$/.test(object ?? '')) continue;
      // A file that was published again has the job that loaded it first.
      const isRenewed = ({ kind, object: of }: KeptFinding): boolean =>
        kind === 'object-republished' && of === `${object}#${sha256}`;
      if ([...findings.values()].some(isRenewed)) continue;
      commits.set(chunk, (commits.get(chunk) ?? new Set()).add(fetchedAt));
    }
  }
  return [...commits].flatMap(([chunk, { size }]) =>
    size > IN_HAND
      ? [`job ${id} was cancelled at ${iso(finishedAt)}, and ${chunk} got ${size} pages since`]
      : [],
  );
}

/** A schedule orders nothing of what was cancelled within a day. */
export function judgeOrderedAgain(
  job: Job,
  cancelled: Job,
  seriesOf: (job: Job) => readonly Series[],
): string[] {
  const { finishedAt = 0 } = cancelled;
  if (job.createdAt < finishedAt + UNHEARD || job.createdAt > finishedAt + RESPECTED - UNHEARD) return [];
  const [shared] = overlap(job, cancelled);
  if (!shared) return [];
  const others = new Set(seriesOf(cancelled).map(seriesLabel));
  const series = seriesOf(job).find((one) => others.has(seriesLabel(one)));
  if (!series) return [];
  const what = `${seriesLabel(series)} from ${iso(shared.start)}`;
  return [`a schedule ordered ${what} at ${iso(job.createdAt)}, which was cancelled at ${iso(finishedAt)}`];
}

function overlap(job: Job, cancelled: Job): RangeSet {
  const range: Range = { start: cancelled.alsoRequested ? 0 : cancelled.from, end: cancelled.to };
  return clip([{ start: job.from, end: job.to }], range);
}

/** No schedule orders what nobody follows. @param restoredAt when a backup was last put back, with what was followed then; epoch ms */
export function judgeUnfollowed(
  { series, record }: Pick<Book, 'series' | 'record'>,
  placed: readonly Job[],
  seriesOf: (job: Job) => readonly Series[],
  restoredAt: number,
): string[] {
  if (record?.unfollowedAt === undefined) return [];
  const since = Math.max(record.unfollowedAt, restoredAt) + UNHEARD;
  const label = seriesLabel(series);
  const job = placed.find(
    (one) => one.createdAt > since && seriesOf(one).some((of) => seriesLabel(of) === label),
  );
  return job
    ? [`a schedule ordered ${label} at ${iso(job.createdAt)}, unfollowed since ${iso(record.unfollowedAt)}`]
    : [];
}
