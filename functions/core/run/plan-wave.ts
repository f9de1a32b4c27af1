import { MAX_CHUNKS_PER_WAVE, type PlanWaveInput, type PlanWaveOutput } from '../contracts.ts';
import { type ChunkProgress, isFinished, isHopeless, type Job } from '../job.ts';
import type { JobStore } from '../job-ports.ts';
import { type PlannedChunk, planChunks } from '../plan.ts';
import type { SeriesCatalog, Sources } from '../ports.ts';
import { measure, type RangeSet, union } from '../range.ts';
import { waitSecondsUntil } from '../schedule.ts';
import { type Clock, MINUTE } from '../time.ts';
import { holdBack } from './hold-back.ts';
import { orderedRange, overdue, seriesOf, wantedOf } from './job-series.ts';

export interface PlanPorts {
  readonly jobs: JobStore;
  readonly catalog: SeriesCatalog;
  readonly sources: Sources;
  readonly clock: Clock;
}

/** A ban can last for days, and an execution has 25,000 events: six waits an hour leave room. */
const LONGEST_PARK = 10 * MINUTE;

/**
 * Asks the ledger what the job still lacks and cuts it into chunks. The first wave also counts the rows that the ledger
 * claims, so that rows which somebody deleted are fetched again. Retry is re-planning: a chunk that failed is simply
 * still missing, unless its failure was permanent.
 */
export async function planWave(ports: PlanPorts, input: PlanWaveInput): Promise<PlanWaveOutput> {
  const job = await ports.jobs.start(input.jobId, input.wave);
  if (isFinished(job.status)) return answer(input, 'finalize');
  if (input.wave === 1) await prepare(ports, job);
  const planned = await planMissing(ports, job);
  const missing = planned.reduce((sum, { missing }) => sum + measure(missing), 0);
  const before = await ports.jobs.chunks(job.id);
  const hopeless = new Set(before.filter(isHopeless).map((chunk) => chunk.label));
  const now = ports.clock();
  const worth = planned.filter(
    (part) => !hopeless.has(part.chunk.label) && !isTooEarly(ports, part, before, now),
  );
  const hopeful = holdBack(worth, before, ports.sources);
  if (hopeful.length === 0) return answer(input, 'finalize', missing);

  const waiting = before.filter((chunk) => chunk.state === 'waiting');
  const resumeAt = resumeTime(waiting, hopeful);
  if (resumeAt !== undefined && resumeAt > now) {
    return {
      ...answer(input, 'wait', input.previousMissing),
      waitSeconds: waitSecondsUntil(resumeAt, now, LONGEST_PARK),
    };
  }
  const known = new Set(before.map(({ label }) => label));
  const untried = hopeful.some(({ chunk }) => !known.has(chunk.label));
  // An execution's first wave has nothing to compare with: a host that was killed starts one for chunks that are known.
  const progress = input.previousMissing < 0 || untried || missing < input.previousMissing;
  if (!progress && waiting.length === 0) return answer(input, 'finalize', missing);

  const wave = hopeful.slice(0, MAX_CHUNKS_PER_WAVE);
  await ports.jobs.plan(job.id, input.wave, wave);
  return { ...answer(input, 'fetch', missing), chunks: wave.map(({ chunk }) => chunk) };
}

/** This job has asked for it, and all that is left of it may still come or change: asking at once gives the same. */
function isTooEarly(
  { sources }: PlanPorts,
  { chunk, missing }: PlannedChunk,
  before: readonly ChunkProgress[],
  now: number,
): boolean {
  const asked = before.some(({ label, state }) => label === chunk.label && state === 'done');
  return asked && overdue(missing, { ...chunk, spec: sources[chunk.source]! }, now).length === 0;
}

async function prepare(ports: PlanPorts, job: Job): Promise<void> {
  const now = ports.clock();
  for (const series of seriesOf(job, ports.sources)) {
    const range = orderedRange(job, series, now);
    if (range.start < range.end) await ports.catalog.request(series, range);
    for (const wanted of await wantedOf(job, series, ports.catalog, now)) {
      await ports.catalog.reconcile(series, wanted);
    }
  }
}

/** Chunks of all series in order of time, so that a job that is cut short leaves whole early months. */
async function planMissing(ports: PlanPorts, job: Job): Promise<PlannedChunk[]> {
  const now = ports.clock();
  const planned: PlannedChunk[] = [];
  for (const series of seriesOf(job, ports.sources)) {
    let missing: RangeSet = [];
    for (const range of await wantedOf(job, series, ports.catalog, now)) {
      missing = union(missing, await ports.catalog.missing(series, range));
    }
    planned.push(...planChunks(series, missing, series.spec.chunkUnit(series.timeframe)));
  }
  return planned.sort((a, b) => a.chunk.start - b.chunk.start);
}

/** When every chunk that is left waits for a budget or a parked venue, the job waits for the first of them. */
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
  // A wait is no wave: nothing was planned, and the first wave's preparation must not be skipped or done twice.
  nextWave: next === 'wait' ? input.wave : input.wave + 1,
  previousMissing: missing,
  next,
  waitSeconds: 0,
  chunks: [],
});
