import { badRequest } from '../errors/bad-request.ts';
import type { Job } from '../jobs/job.ts';
import { jobSeries } from '../jobs/job-series.ts';
import { settledEnd } from '../series/borders.ts';
import { type Series, seriesLabel } from '../series/series.ts';
import type { Sources } from '../series/source.ts';
import { clip, intersect, normalize, type Range, type RangeSet, subtract, union } from '../time/range.ts';
import { stepOf } from '../time/timeframe.ts';
import {
  type BucketRun,
  bucketBorders,
  bucketEnd,
  bucketRuns,
  type StateSets,
  wholeBuckets,
} from './bucket-runs.ts';
import type { Bucket } from './parameters.ts';

/** A series as the ledger knows it. */
export interface SeriesAccount extends Series {
  readonly requested: RangeSet;
  readonly have: RangeSet;
  readonly empty: Readonly<Record<string, RangeSet>>;
  readonly failed: RangeSet;
}

export interface SeriesBuckets extends Series, Range {
  readonly runs: readonly BucketRun[];
}

/** Most buckets that one question may be about: 100 series by day for ten years. */
const MOST_BUCKETS = 400_000;
/** Most runs of one answer: some 6 MB is what a function may answer. */
const MOST_RUNS = 40_000;

/** Rows of the tables of events: by source and symbol, then by the start of the bucket, epoch ms. */
export type RowCounts = ReadonlyMap<string, ReadonlyMap<number, number>>;

const NO_ROWS: ReadonlyMap<number, number> = new Map();

export interface CoverageRequest {
  readonly bucket: Bucket;
  /** absent: from the first that was ever requested */
  readonly from?: number | undefined;
  readonly to: number;
  readonly now: number;
}

/**
 * Every series by bucket. What the venue has not had time to publish counts for nothing yet.
 * @throws GordonError `too-many-buckets`
 */
export function coverageView(
  accounts: readonly SeriesAccount[],
  active: readonly Job[],
  sources: Sources,
  asked: CoverageRequest,
  rows: RowCounts = new Map(),
): SeriesBuckets[] {
  const ordered = orderedNow(active, sources);
  const first = Math.min(...accounts.flatMap(({ requested }) => requested.slice(0, 1).map((r) => r.start)));
  const from = asked.from ?? (Number.isFinite(first) ? first : asked.to);
  const to = Math.min(asked.to, asked.now);
  if (from >= to) return [];
  const range = wholeBuckets(asked.bucket, { start: from, end: to });
  // Counted by the shortest month before any border is made: a range may be as long as the calendar.
  const shortest = bucketEnd(asked.bucket, Date.UTC(2025, 1)) - Date.UTC(2025, 1);
  refuseMoreThan(MOST_BUCKETS, (accounts.length * (range.end - range.start)) / shortest);
  const borders = bucketBorders(asked.bucket, range);
  const out: SeriesBuckets[] = [];
  let runs = 0;
  for (const account of accounts) {
    const { source, symbol, timeframe } = account;
    const inFlight = ordered.get(seriesLabel(account)) ?? [];
    const due = settledEnd(sources[source]!, stepOf(timeframe), asked.now);
    const states = stateSets(account, inFlight, range, due);
    const series = { source, symbol, timeframe, ...range };
    const isEvents = sources[source]!.table.cadence === 'irregular';
    const own = isEvents ? (rows.get(`${source} ${symbol}`) ?? NO_ROWS) : undefined;
    out.push({ ...series, runs: bucketRuns(states, borders, stepOf(timeframe), own) });
    runs += out.at(-1)!.runs.length;
    refuseMoreThan(MOST_RUNS, runs);
  }
  return out;
}

function refuseMoreThan(most: number, buckets: number): void {
  if (buckets <= most) return;
  const remedy = 'Ask for one source or symbol, a shorter range or larger buckets.';
  throw badRequest('too-many-buckets', 'the query', 'the answer would be too large.', remedy);
}

export function stateSets(account: SeriesAccount, inFlight: RangeSet, range: Range, due: number): StateSets {
  const proven = normalize(Object.values(account.empty).flat());
  const wanted = clip(account.requested, { start: range.start, end: Math.min(range.end, due) });
  const missing = subtract(subtract(wanted, account.have), proven);
  const flying = intersect(missing, inFlight);
  const failed = subtract(intersect(missing, account.failed), flying);
  return {
    have: clip(account.have, range),
    empty: Object.fromEntries(
      Object.entries(account.empty).map(([reason, set]) => [reason, clip(set, range)]),
    ),
    failed,
    inFlight: flying,
    missing: subtract(subtract(missing, flying), failed),
  };
}

/** What jobs were ordered to fill, by the series' label. */
export function orderedNow(jobs: readonly Job[], sources: Sources): Map<string, RangeSet> {
  const ordered = new Map<string, RangeSet>();
  for (const job of jobs) {
    const all = job.alsoRequested
      ? { start: Number.NEGATIVE_INFINITY, end: job.to }
      : { start: job.from, end: job.to };
    for (const series of jobSeries(job, sources)) {
      const label = seriesLabel(series);
      ordered.set(label, union(ordered.get(label) ?? [], [all]));
    }
  }
  return ordered;
}
