import { inLoadingOrder, leftOf, type PlannedChunk, planSource } from '../ledger/plan.ts';
import type { SeriesCatalog, SeriesStore } from '../ledger/ports.ts';
import { shareChunks } from '../ledger/share-chunks.ts';
import { refreshEvery, waitSecondsUntil } from '../series/schedule.ts';
import type { Sources } from '../series/source.ts';
import { subtract } from '../time/range.ts';
import { type Clock, MINUTE } from '../time/time.ts';
import {
  MAX_CHUNK_BYTES_PER_WAVE,
  MAX_CHUNKS_PER_WAVE,
  type PlanWaveInput,
  type PlanWaveOutput,
} from '../workflow/contracts.ts';
import { deferSiblings } from './defer-siblings.ts';
import { type ChunkProgress, isFinished, type Job, permanentlyFailed } from './job.ts';
import {
  countJobRows,
  jobSeries,
  mapSome,
  orderedRange,
  overdue,
  readRemainders,
  seriesBlocks,
} from './job-series.ts';
import type { JobStore } from './ports.ts';
import { recordChunkFailure } from './record-chunk-failure.ts';

export interface PlanPorts {
  readonly jobs: JobStore;
  readonly catalog: SeriesCatalog;
  readonly store: Pick<SeriesStore, 'markFailed' | 'missingOf' | 'rowsBy'>;
  readonly sources: Sources;
  readonly clock: Clock;
}

/** Looked up in the job table at the same time. */
const NOTES_AT_ONCE = 8;

/** A ban can last for days, and an execution has 25,000 events: six waits an hour leave room. */
const LONGEST_WAIT = 10 * MINUTE;

/**
 * Reads from the ledger what the job is still missing and cuts it into chunks. The first wave also counts the rows that the ledger
 * claims, so that rows which somebody deleted are fetched again; before the job of a schedule the schedule did that. Retry is re-planning: a chunk that failed is simply
 * still missing, unless its failure was permanent.
 */
export async function planWave(ports: PlanPorts, input: PlanWaveInput): Promise<PlanWaveOutput> {
  const job = await ports.jobs.start(input.jobId, input.wave);
  if (isFinished(job.status)) return answer(input, 'finalize');
  if (input.wave === 1) await prepare(ports, job);
  const before = await ports.jobs.chunks(job.id);
  const permanent = permanentlyFailed(before);
  const planned = await planMissing(ports, job, permanent);
  const silent = await noteSilent(ports, input, planned, before);
  const missing = planned.reduce((sum, chunk) => sum + leftOf(chunk), 0);
  const now = ports.clock();
  const mendable = planned.filter(({ chunk }) => !permanent.has(chunk.label));
  const early = await mapSome(mendable, (part) => isTooEarly(ports, part, before, now), NOTES_AT_ONCE);
  const worth = mendable.filter((_, i) => !early[i]);
  const candidates = deferSiblings(worth, before, ports.sources);
  if (candidates.length === 0) return answer(input, 'finalize', missing);

  const waiting = before.filter((chunk) => chunk.state === 'waiting');
  const resumeAt = resumeTime(waiting, candidates);
  if (resumeAt !== undefined && resumeAt > now) {
    return {
      ...answer(input, 'wait', input.previousMissing),
      waitSeconds: waitSecondsUntil(resumeAt, now, LONGEST_WAIT),
    };
  }
  const known = new Set(before.map(({ label }) => label));
  const untried = candidates.some(({ chunk }) => !known.has(chunk.label));
  // An execution's first wave has nothing to compare with: a host that was killed starts one for chunks that are known.
  const progress = input.previousMissing < 0 || untried || missing < input.previousMissing;
  if (!progress && waiting.length === 0) return answer(input, 'finalize', missing);

  // Chunks that failed go last: five hundred that fail again and again would keep the others from their turn.
  const failed = new Set(before.filter(({ state }) => state === 'failed').map(({ label }) => label));
  const isAgain = ({ chunk }: PlannedChunk): number =>
    Number(failed.has(chunk.label) || silent.has(chunk.label));
  const wave = fitting(candidates.toSorted((a, b) => isAgain(a) - isAgain(b)));
  await ports.jobs.plan(job.id, input.wave, wave);
  return { ...answer(input, 'fetch', missing), chunks: wave.map(({ chunk }) => chunk) };
}

/**
 * Notes as failed what an earlier wave began and did not end: the execution of a map item lives five minutes on AWS, and takes what a fetcher
 * knew with it. Without that a gap would have no error. @returns the labels of those with rows still missing
 */
async function noteSilent(
  ports: PlanPorts,
  { jobId, wave }: PlanWaveInput,
  planned: readonly PlannedChunk[],
  before: readonly ChunkProgress[],
): Promise<Set<string>> {
  const begun = before.filter(
    (one) => one.wave < wave && (one.state === 'planned' || one.state === 'running'),
  );
  const labels = new Set(begun.map(({ label }) => label));
  const silent = planned.filter(({ chunk }) => labels.has(chunk.label));
  for (const { chunk } of silent) {
    const Cause = `${chunk.label}: its execution ended before it said why.`;
    await recordChunkFailure(ports, { jobId, wave, chunk, error: { Error: 'States.Timeout', Cause } });
  }
  return new Set(silent.map(({ chunk }) => chunk.label));
}

/** The first chunks, as many as the payload of a wave holds. */
function fitting(chunks: readonly PlannedChunk[]): PlannedChunk[] {
  const text = new TextEncoder();
  let bytes = 0;
  return chunks.slice(0, MAX_CHUNKS_PER_WAVE).filter(({ chunk }, i) => {
    bytes += text.encode(JSON.stringify(chunk)).length;
    return i === 0 || bytes <= MAX_CHUNK_BYTES_PER_WAVE;
  });
}

/**
 * All that is left of it may still come or change, and this job has requested it, or another one did just now: a request at once
 * gives the same. Half the source's own pace is for a schedule that comes a little early.
 */
async function isTooEarly(
  { jobs, sources }: PlanPorts,
  { chunk, missing }: PlannedChunk,
  before: readonly ChunkProgress[],
  now: number,
): Promise<boolean> {
  const spec = sources[chunk.source]!;
  if (overdue(missing, { ...chunk, spec }, now).length > 0) return false;
  if (before.some(({ label, state }) => label === chunk.label && state === 'done')) return true;
  if (spec.table.cadence !== 'irregular') return false;
  const requested = await jobs.provisionalSince(chunk, now - refreshEvery(spec) / 2, now);
  return subtract(missing, requested).length === 0;
}

async function prepare(ports: PlanPorts, job: Job): Promise<void> {
  const now = ports.clock();
  // Jobs of schedules have no quote.
  const by = { jobId: job.id, ...(job.quote && { orderedAt: job.createdAt }) };
  for (const block of seriesBlocks(jobSeries(job, ports.sources))) {
    const range = orderedRange(job, block[0]!, now);
    if (range.start < range.end) await ports.catalog.requestAll(block, range, by);
  }
  if (job.scheduled) return;
  await countJobRows(ports, job, now);
}

/** Chunks of all series. */
async function planMissing(
  { catalog, sources, clock }: PlanPorts,
  job: Job,
  failed: ReadonlySet<string>,
): Promise<PlannedChunk[]> {
  const remainders = await readRemainders(catalog, job, sources, clock());
  const planned = remainders.flatMap(({ series, missing }) => planSource(series.spec, series, missing));
  const series = remainders.map((remainder) => remainder.series);
  return inLoadingOrder(shareChunks(planned, series, sources, failed));
}

/** When every chunk that is left waits for a budget or for a venue that cools down, the job waits for the first of them. */
function resumeTime(waiting: readonly ChunkProgress[], planned: readonly PlannedChunk[]): number | undefined {
  const at = new Map(waiting.map((chunk) => [chunk.label, chunk.resumeAt ?? 0]));
  if (!planned.every(({ chunk }) => at.has(chunk.label))) return undefined;
  return Math.min(...planned.map(({ chunk }) => at.get(chunk.label)!));
}

const answer = (
  input: PlanWaveInput,
  next: PlanWaveOutput['next'],
  missing = input.previousMissing,
): PlanWaveOutput => ({
  jobId: input.jobId,
  wave: input.wave,
  // A wait is not a wave: nothing was planned, and the first wave's preparation must not be skipped or done twice.
  nextWave: next === 'wait' ? input.wave : input.wave + 1,
  previousMissing: missing,
  next,
  waitSeconds: 0,
  chunks: [],
});
