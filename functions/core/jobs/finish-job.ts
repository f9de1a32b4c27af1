import { planSource } from '../ledger/plan.ts';
import type { FinalStatus, SeriesStore } from '../ledger/ports.ts';
import { shareChunks } from '../ledger/share-chunks.ts';
import { measure } from '../time/range.ts';
import { DAY, MINUTE } from '../time/time.ts';
import { stepOf } from '../time/timeframe.ts';
import type { FailJobInput, FinalizeJobInput, FinalizeJobOutput } from '../workflow/contracts.ts';
import { readCaught } from './caught.ts';
import {
  type ChunkProgress,
  type ChunkState,
  isFinished,
  type Job,
  type JobGap,
  originOf,
  permanentlyFailed,
  rowsOf,
} from './job.ts';
import { causesInWords, explainGaps, findContradiction, shownGaps } from './job-gaps.ts';
import {
  countJobRows,
  eachSeries,
  jobSeries,
  overdue,
  type Remainder,
  readRemainders,
} from './job-series.ts';
import type { PlanPorts } from './plan-wave.ts';
import type { JobStore } from './ports.ts';
import { type RefreshPorts, refreshAggregates } from './refresh-aggregates.ts';

/** As long as the ledger keeps apart what a job wrote that never came here. */
const SPANS_KEPT = 7 * DAY;

/** Others that refresh the same are waited for this long; the function has 15 minutes, and the rest is for its own work. */
export const REFRESH_PATIENCE = 8 * MINUTE;

const COUNTING = 'counting rows';

/** What is read of a job to see what is missing. */
type LeftPorts = Omit<PlanPorts, 'store'>;

export interface FinalizePorts extends LeftPorts, RefreshPorts {
  readonly jobs: JobStore;
  readonly store: Pick<SeriesStore, 'secure' | 'close'>;
}

/** Counts rows against the ledger once more and gives the job its last state. */
export async function finalizeJob(ports: FinalizePorts, input: FinalizeJobInput): Promise<FinalizeJobOutput> {
  const job = await ports.jobs.start(input.jobId, input.wave, COUNTING);
  // Before the job ends: who waits for the job then finds fresh aggregates. A cancelled job's rows are there to stay too.
  if (job.source === 'candles') await refreshFor(ports, job);
  const chunks = await ports.jobs.chunks(job.id);
  // A job that says it has rows must have them after a crash too; what a crash took before is not counted.
  const secured = await ports.store.secure(job.id);
  const reported = rowsOf(chunks);
  // Provisional rows of events are written without an account.
  const events = job.sources.some((id) => ports.sources[id]?.table.cadence === 'irregular');
  const rows = events ? Math.max(reported, secured) : secured;
  // A cancelled job is final already: what it wrote is entered, and nothing is counted for somebody who left.
  const end: Verdict = isFinished(job.status)
    ? { status: job.status as FinalStatus, reason: job.reason ?? '' }
    : verdict(await whatIsLeft(ports, job, chunks), chunks, rows);
  const final = await ports.jobs.finish(job.id, { ...end, rows, counted: true, origin: originOf(job) });
  await ports.catalog.settle(job.id, final.status as FinalStatus);
  // Last: a call that dies before is made again, and must count the same rows.
  await ports.store.close(job.id);
  return { jobId: job.id, status: final.status as FinalStatus, rows, reason: final.reason ?? '' };
}

/** All chunks are there by now, so the phase is all that shows that the job goes on. */
async function refreshFor(ports: FinalizePorts, { id }: Job): Promise<void> {
  const refreshed = await refreshAggregates(ports, {
    ending: id,
    lookback: SPANS_KEPT,
    patience: REFRESH_PATIENCE,
    onAggregate: (number, of) => ports.jobs.enterPhase(id, `refreshing aggregates ${number} of ${of}`),
  });
  if (refreshed.length > 0) await ports.jobs.enterPhase(id, COUNTING);
}

interface Verdict {
  readonly status: FinalStatus;
  readonly reason: string;
  readonly gaps?: readonly JobGap[];
}

function verdict(
  { missing, labels, gaps, contradicted }: Left,
  chunks: readonly ChunkProgress[],
  rows: number,
): Verdict {
  // A chunk whose rows came another way, by another job, is not a failure of this one.
  const failed = chunks.filter((chunk) => GIVEN_UP.has(chunk.state) && labels.has(chunk.label));
  const [first] = failed;
  const kept = shownGaps(gaps);
  if (missing === 0 && !first && contradicted)
    return { status: 'completed_with_gaps', reason: contradicted, gaps: kept };
  if (missing === 0 && !first) return { status: 'succeeded', reason: '', gaps: kept };
  const causes = causesInWords(gaps);
  const why = first
    ? `${failed.length} of ${chunks.length} chunks failed, first ${first.label}: ${first.error?.message ?? 'it ended without a word'}`
    : 'the venue did not return them, and nothing proves that there are none';
  const all = failed.length > 0 && failed.length === chunks.length && rows === 0;
  const reason = `${missing} rows are missing: ${why}${causes && `; by cause: ${causes}`}`;
  return { status: all ? 'failed' : 'completed_with_gaps', reason, gaps: kept };
}

/** No chunk is at work any more: one that says so was cut off before it could report, and nobody reported for it. */
const GIVEN_UP: ReadonlySet<ChunkState> = new Set(['failed', 'running', 'planned']);

interface Left {
  /** steps that the venue has had time to publish */
  readonly missing: number;
  /** chunks of which anything at all is missing */
  readonly labels: ReadonlySet<string>;
  readonly gaps: readonly JobGap[];
  /** of what the ledger calls complete, the first gap that the report shows nevertheless, in words */
  readonly contradicted?: string;
}

async function whatIsLeft(ports: LeftPorts, job: Job, before: readonly ChunkProgress[]): Promise<Left> {
  const now = ports.clock();
  // Without a chunk nothing came in between: the planner has counted a moment ago.
  const counted = job.scheduled || before.length === 0;
  await (counted ? retireRuled(ports, job) : countAgain(ports, job, now));
  // A proof that runs out while the job ends is renewed by the next one: no wave of this one has seen a gap there.
  const proven = Math.min(now, job.createdAt);
  const remainders = await readRemainders(ports.catalog, job, ports.sources, now, proven);
  const steps = remainders.reduce(
    (sum, { series, missing }) => sum + measure(overdue(missing, series, now)) / stepOf(series.timeframe),
    0,
  );
  const open = remainders.flatMap(({ series, missing }) => planSource(series.spec, series, missing));
  const all = remainders.map(({ series }) => series);
  const planned = shareChunks(open, all, ports.sources, permanentlyFailed(before));
  const labels = new Set(planned.map(({ chunk }) => chunk.label));
  const filter = reported(job, remainders);
  // Mostly nothing is missing, and without a symbol there is nothing to report.
  const reports = filter.symbols.length > 0 ? await ports.catalog.report(filter) : [];
  const contradicted = findContradiction(remainders, reports, now);
  const gaps = explainGaps(remainders, reports, now);
  return { missing: steps, labels, gaps, ...(contradicted !== undefined && { contradicted }) };
}

async function countAgain(ports: LeftPorts, job: Job, now: number): Promise<void> {
  await countJobRows(ports, job, now);
  await eachSeries(ports, job, (series) => ports.catalog.retire(series));
}

/** Most sources have no retention, and then nothing has to be looked up for each series. */
async function retireRuled({ catalog, sources }: LeftPorts, job: Job): Promise<void> {
  const ruled = new Set((await catalog.retention()).map(({ source }) => source));
  for (const series of jobSeries(job, sources)) if (ruled.has(series.source)) await catalog.retire(series);
}

/** The job of a schedule, which comes each minute, explains only where something is missing. */
function reported({ sources, symbols, timeframe, scheduled }: Job, remainders: readonly Remainder[]) {
  if (!scheduled) return { sources, symbols, timeframe };
  const lacking = remainders.filter(({ missing }) => missing.length > 0).map(({ series }) => series.symbol);
  return { sources, symbols: [...new Set(lacking)], timeframe };
}

/** Whatever the state machine did not foresee ends the job as failed, with the cause. */
export async function failJob(
  ports: { readonly jobs: Pick<JobStore, 'chunks' | 'finish'> },
  input: FailJobInput,
): Promise<FinalizeJobOutput> {
  const error = readCaught(input.error);
  const rows = rowsOf(await ports.jobs.chunks(input.jobId));
  const reason = `${error.name}: ${error.message}`;
  const job = await ports.jobs.finish(input.jobId, { status: 'failed', rows, reason });
  return { jobId: job.id, status: job.status as FinalStatus, rows, reason: job.reason ?? '' };
}
