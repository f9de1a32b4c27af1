import type { ChunkProgress, ChunkWait, Job, JobGap, JobOrigin, JobStatus } from '../../core/jobs/job.ts';
import type { Lease } from '../../core/jobs/lease.ts';
import type { ScheduleRun } from '../../core/queries/ports.ts';
import { DAY, iso, SECOND } from '../../core/time/time.ts';
import { TTL_ATTRIBUTE } from './table.ts';

/**
 * Items are written for people who read them in the AWS console: ISO times, plain names. Only the store parses them.
 */
export type Item = Record<string, unknown>;

const at = (text: unknown): number | undefined => (typeof text === 'string' ? Date.parse(text) : undefined);

/**
 * What the item of a job says of its status. Runs of schedules that succeeded are a status of their own for the index: there are
 * thousands a day, and a search for orders would read them all.
 */
export const statusWord = (status: JobStatus, origin: JobOrigin): string =>
  status === 'succeeded' && origin !== 'order' ? `${status}:${origin}` : status;

/** Parses the item of a job. */
export function toJob(item: Item): Job {
  const optional = {
    startedAt: at(item.started_at),
    finishedAt: at(item.finished_at),
    reason: item.reason as string | undefined,
    phase: item.phase as string | undefined,
    phaseAt: at(item.phase_at),
    quote: item.quote,
    scheduled: item.scheduled,
    audit: item.audit,
    counted: item.counted,
    gaps: item.gaps && (item.gaps as Item[]).map(gapOf),
  };
  return {
    id: item.id as string,
    status: String(item.status).split(':')[0] as Job['status'],
    source: item.source as Job['source'],
    sources: item.sources as string[],
    symbols: item.symbols as string[],
    skipped: item.skipped as string[],
    timeframe: item.timeframe as Job['timeframe'],
    from: at(item.from)!,
    to: at(item.to)!,
    alsoRequested: item.also_requested as boolean,
    createdAt: at(item.created_at)!,
    wave: item.wave as number,
    rows: item.rows as number,
    ...(defined(optional) as Partial<Job>),
  };
}

const gapOf = ({ from, to, ...gap }: Item): JobGap => ({ ...gap, start: at(from)!, end: at(to)! }) as JobGap;

/** A gap as it is stored with its job: instants as ISO 8601. */
export const gapItem = ({ start, end, ...gap }: JobGap): Item => ({
  ...gap,
  from: iso(start),
  to: iso(end),
});

/** A new job as an item, without its keys. */
export const toItem = (job: Job): Item => ({
  id: job.id,
  status: job.status,
  source: job.source,
  sources: job.sources,
  symbols: job.symbols,
  skipped: job.skipped,
  timeframe: job.timeframe,
  from: iso(job.from),
  to: iso(job.to),
  also_requested: job.alsoRequested,
  created_at: iso(job.createdAt),
  wave: job.wave,
  rows: job.rows,
  ...(job.quote && { quote: job.quote }),
  ...(job.scheduled && { scheduled: true }),
  ...(job.audit && { audit: true }),
});

/** Parses the item of a chunk. */
export function toChunkProgress(item: Item): ChunkProgress {
  const optional = {
    resumeAt: at(item.resume_at),
    startedAt: at(item.started_at),
    endedAt: at(item.ended_at),
    waits: item.waits && (item.waits as Item[]).map(waitOf),
    error: item.error,
    requests: item.requests,
  };
  return {
    label: (item.sk as string).slice('CHUNK#'.length),
    state: item.state as ChunkProgress['state'],
    wave: item.wave as number,
    totalMs: item.total_ms as number,
    leftMs: item.left_ms as number,
    rows: (item.rows as number | undefined) ?? 0,
    ...(defined(optional) as Partial<ChunkProgress>),
  };
}

const waitOf = ({ from, until, scope }: Item): ChunkWait => ({
  from: at(from)!,
  until: at(until)!,
  scope: scope as string,
});

/** A wait of a chunk as it is stored with it: instants as ISO 8601. */
export const waitItem = ({ from, until, scope }: ChunkWait): Item => ({
  from: iso(from),
  until: iso(until),
  scope,
});

/** A lease that was not taken for this long belongs to work that no longer exists. */
const KEEP_LEASE = 60 * DAY;

/** A lease as an item, without its keys. */
export const leaseItem = ({ name: _, ...lease }: Lease, now: number): Item => ({
  ...lease,
  at: iso(lease.at),
  [TTL_ATTRIBUTE]: Math.floor((now + KEEP_LEASE) / SECOND),
});

/** Parses the item of a lease. */
export const toLease = (name: string, item: Item): Lease => ({
  name,
  holder: item.holder as string,
  at: at(item.at)!,
  done: item.done as boolean,
  jobs: item.jobs as string[],
  failures: item.failures as number,
});

/** The run of a schedule as an item, without its keys. */
export const runItem = (run: ScheduleRun): Item => ({ ...run, at: iso(run.at) });

/** Parses the item of a schedule's run. */
export const toRun = (item: Item): ScheduleRun => ({
  at: at(item.at)!,
  seconds: item.seconds as number,
  ok: item.ok as boolean,
  detail: item.detail as string,
});

const defined = (o: object): object =>
  Object.fromEntries(Object.entries(o).filter(([, value]) => value !== undefined));
