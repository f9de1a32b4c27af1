import type { Answer } from '../../../functions/core/api/operations.ts';
import type { Bucket } from '../../../functions/core/queries/bucket-runs.ts';
import { bucketEnd, bucketStart } from '../../../functions/core/queries/bucket-runs.ts';

type ApiSeries = Answer<'coverage'>[number];
type ApiRun = ApiSeries['runs'][number];

/** The coverage with its times as numbers. */
export interface Run {
  readonly start: number;
  readonly end: number;
  readonly buckets: number;
  /** rows */
  readonly have: number;
  /** steps; defaults to `have` */
  readonly accounted?: number | undefined;
  readonly empty: Readonly<Record<string, number>>;
  readonly failed: number;
  readonly inFlight: number;
  readonly missing: number;
}
export interface Row {
  readonly source: string;
  readonly symbol: string;
  readonly timeframe: string;
  readonly runs: readonly Run[];
}
export interface Span {
  readonly from: number;
  readonly to: number;
}

export type Kind = 'have' | 'empty' | 'flight' | 'missing' | 'failed';

export interface Rect {
  readonly kind: Kind;
  readonly x: number;
  readonly width: number;
  /** of the row's height, from its bottom */
  readonly part: number;
}

export const rowOf = ({ source, symbol, timeframe, runs }: ApiSeries): Row => ({
  source,
  symbol,
  timeframe,
  runs: runs.map(runOf),
});

const runOf = ({ from, to, in_flight, ...run }: ApiRun): Run => ({
  start: Date.parse(from),
  end: Date.parse(to),
  buckets: run.buckets,
  inFlight: in_flight,
  have: run.have,
  accounted: run.accounted,
  empty: run.empty,
  failed: run.failed,
  missing: run.missing,
});

export const emptyOf = (run: Run): number => Object.values(run.empty).reduce((sum, n) => sum + n, 0);
export const holesOf = (run: Run): number => run.failed + run.missing;
export const stepsOf = (run: Run): number =>
  (run.accounted ?? run.have) + emptyOf(run) + run.inFlight + holesOf(run);

/** Thinner than this a hole would not be seen; px. */
const THINNEST_HOLE = 2;
const LEAST_PART = 0.3;

/** What to paint of a row, the holes last so that nothing covers them. */
export function rectsOf({ runs }: Row, view: Span, width: number): Rect[] {
  const scale = width / (view.to - view.from);
  const base: Rect[] = [];
  const holes: Rect[] = [];
  for (const run of runs) {
    if (run.end <= view.from || run.start >= view.to) continue;
    const x = Math.max(0, (run.start - view.from) * scale);
    const end = Math.min(width, (run.end - view.from) * scale);
    const all = stepsOf(run);
    const ground: Kind | undefined = run.have > 0 ? 'have' : emptyOf(run) > 0 ? 'empty' : undefined;
    if (ground) base.push({ kind: ground, x, width: end - x, part: 1 });
    const open = run.inFlight + holesOf(run);
    if (open === 0) continue;
    const kind: Kind = run.failed > 0 ? 'failed' : run.missing > 0 ? 'missing' : 'flight';
    const part = ground ? Math.max(LEAST_PART, open / all) : 1;
    holes.push({ kind, x, width: Math.max(THINNEST_HOLE, end - x), part });
  }
  return [...base, ...holes];
}

export interface Cell {
  readonly row: number;
  readonly start: number;
  readonly end: number;
}

/** The run at an instant; a hole near by wins where buckets are thinner than a finger. */
export function runNear({ runs }: Row, at: number, slackMs: number): Run | undefined {
  const here = runAt(runs, at);
  if (here && holesOf(here) > 0) return here;
  const near = runs.find((run) => holesOf(run) > 0 && run.end > at - slackMs && run.start < at + slackMs);
  return near ?? here;
}

/** Runs are in order and do not overlap. */
export function runAt(runs: readonly Run[], at: number): Run | undefined {
  let [lo, hi] = [0, runs.length];
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (runs[mid]!.end <= at) lo = mid + 1;
    else hi = mid;
  }
  const run = runs[lo];
  return run && run.start <= at ? run : undefined;
}

export function cellAt(row: number, bucket: Bucket, at: number): Cell {
  const start = bucketStart(bucket, at);
  return { row, start, end: bucketEnd(bucket, start) };
}

/** The neighbouring cell; @param by buckets, negative for earlier */
export function moved({ row, start, end }: Cell, bucket: Bucket, by: number): Cell {
  let [from, to] = [start, end];
  for (let i = 0; i < Math.abs(by); i++) {
    from = by > 0 ? to : bucketStart(bucket, from - 1);
    to = bucketEnd(bucket, from);
  }
  return { row, start: from, end: to };
}

/** The whole hole around a bucket: as far as something is missing from every bucket. */
export function holeAround({ runs }: Row, at: number, now: number): Span | undefined {
  const middle = runs.findIndex((run) => run.start <= at && at < run.end);
  if (middle < 0 || holesOf(runs[middle]!) === 0) return undefined;
  let [first, last] = [middle, middle];
  while (first > 0 && isNextHole(runs[first - 1], runs[first])) first--;
  while (last < runs.length - 1 && isNextHole(runs[last], runs[last + 1])) last++;
  return { from: runs[first]!.start, to: Math.min(runs[last]!.end, now) };
}

/** Rows that are missing within a hole. */
export const missingIn = ({ runs }: Row, hole: Span): number =>
  runs
    .filter(({ start, end }) => end > hole.from && start < hole.to)
    .reduce((sum, run) => sum + holesOf(run) * run.buckets, 0);

const isNextHole = (a: Run | undefined, b: Run | undefined): boolean =>
  a !== undefined && b !== undefined && a.end === b.start && holesOf(a) > 0 && holesOf(b) > 0;

/** The first bucket with a hole after a cell: to the right in its row, then in the rows below, then from the top. */
export function nextHole(rows: readonly Row[], from: Cell, bucket: Bucket): Cell | undefined {
  for (let i = 0; i <= rows.length; i++) {
    const row = (from.row + i) % rows.length;
    const after = i === 0 ? from.end : Number.NEGATIVE_INFINITY;
    const run = rows[row]?.runs.find((one) => holesOf(one) > 0 && one.end > after);
    if (run) return cellAt(row, bucket, Math.max(run.start, after));
  }
  return undefined;
}

export interface Summary {
  readonly have: number;
  readonly empty: number;
  readonly inFlight: number;
  readonly missing: number;
  readonly failed: number;
}

/** Steps of a row by state; a run of many buckets counts as often as it has buckets. */
export function summaryOf({ runs }: ApiSeries): Summary {
  const sum = { have: 0, empty: 0, inFlight: 0, missing: 0, failed: 0 };
  for (const run of runs) {
    sum.have += run.buckets * run.have;
    for (const name in run.empty) sum.empty += run.buckets * run.empty[name]!;
    sum.inFlight += run.buckets * run.in_flight;
    sum.missing += run.buckets * run.missing;
    sum.failed += run.buckets * run.failed;
  }
  return sum;
}

/** Steps that are there or proven empty, and steps that are due. */
export function completeParts(series: ApiSeries): { readonly done: number; readonly due: number } {
  const { empty, inFlight, missing, failed } = summaryOf(series);
  const accounted = series.runs.reduce((all, run) => all + run.buckets * (run.accounted ?? run.have), 0);
  const done = accounted + empty;
  return { done, due: done + inFlight + missing + failed };
}
