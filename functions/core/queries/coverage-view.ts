import { badRequest } from '../errors/bad-request.ts';
import type { Job } from '../jobs/job.ts';
import { jobSeries } from '../jobs/job-series.ts';
import { settledEnd } from '../series/borders.ts';
import { type Series, seriesLabel } from '../series/series.ts';
import type { Sources } from '../series/source.ts';
import { clip, intersect, normalize, type Range, type RangeSet, subtract, union } from '../time/range.ts';
import { stepOf } from '../time/timeframe.ts';
import {
  type Bucket,
  type BucketRun,
  bucketBorders,
  bucketEnd,
  bucketRuns,
  type StateSets,
  wholeBuckets,
} from './bucket-runs.ts';

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

/** The most buckets that one query may cover: 1,000 series by day for five years. */
const MOST_BUCKETS = 2_000_000;
/** The most runs in one answer: a function may return about 6 MB. */
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
 * The coverage of every series by bucket. What the venue has not had time to publish is not counted.
 * @throws GordonError `too-many-buckets`
 */
export function coverageView(
  accounts: readonly SeriesAccount[],
  active: readonly Job[],
  sources: Sources,
  request: CoverageRequest,
  rows: RowCounts = new Map(),
): SeriesBuckets[] {
  const ordered = orderedNow(active, sources);
  const first = Math.min(...accounts.flatMap(({ requested }) => requested.slice(0, 1).map((r) => r.start)));
  const from = request.from ?? (Number.isFinite(first) ? first : request.to);
  const to = Math.min(request.to, request.now);
  if (from >= to) return [];
  const range = wholeBuckets(request.bucket, { start: from, end: to });
  // Counted by the shortest month before any border is made: a range may be as long as the calendar.
  const shortest = bucketEnd(request.bucket, Date.UTC(2025, 1)) - Date.UTC(2025, 1);
  refuseMoreThan(MOST_BUCKETS, (accounts.length * (range.end - range.start)) / shortest);
  const borders = bucketBorders(request.bucket, range);
  const out: SeriesBuckets[] = [];
  let runs = 0;
  for (const account of accounts) {
    const { source, symbol, timeframe } = account;
    const inFlight = ordered.get(seriesLabel(account)) ?? [];
    const due = settledEnd(sources[source]!, stepOf(timeframe), request.now);
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
  const remedy = 'Request one source or symbol, a shorter range or larger buckets.';
  throw badRequest('too-many-buckets', 'the query', 'the answer would be too large.', remedy);
}

/**
 * Splits the time of a series within a range into disjoint sets by state.
 * @param due epoch ms; what lies after it is not missing yet
 */
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

/** The ranges that running jobs were ordered to fill, by the series' label. */
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
