import { type Cause, GAP_CAUSES, type GapCause } from '../ledger/cause.ts';
import { gapsAfterSuccess, inWords } from '../ledger/invariants.ts';
import type { SeriesReport } from '../ledger/ports.ts';
import { seriesLabel } from '../series/series.ts';
import { clip, intersect, normalize, type Range, subtract } from '../time/range.ts';
import { iso } from '../time/time.ts';
import { stepOf } from '../time/timeframe.ts';
import type { JobGap } from './job.ts';
import { overdue, type Remainder } from './job-series.ts';

/** An item of the job table holds 400 KB, and nobody reads more. */
const KEPT = 50;

/**
 * Why the rows are not there that a job was about: what is missing with its cause, and what is proven never to have been
 * with the proof's reason. Missing ones first, then by time.
 */
export function explainGaps(
  remainders: readonly Remainder[],
  reports: readonly SeriesReport[],
  now: number,
): JobGap[] {
  const byLabel = new Map(reports.map((report) => [seriesLabel(report), report]));
  return remainders
    .flatMap((remainder) => gapsIn(remainder, byLabel.get(seriesLabel(remainder.series)), now))
    .sort((a, b) => Number(a.proven) - Number(b.proven) || a.start - b.start);
}

/**
 * A job with nothing missing has no gap in the report either: both come of the same ledger, by two ways of counting.
 * @returns the first breach in words; undefined where there is none
 */
export function findContradiction(
  remainders: readonly Remainder[],
  reports: readonly SeriesReport[],
  now: number,
): string | undefined {
  const byLabel = new Map(reports.map((report) => [seriesLabel(report), report]));
  for (const { series, wanted, missing } of remainders) {
    const due = subtract(overdue(wanted, series, now), missing);
    const [span] = gapsAfterSuccess(due, byLabel.get(seriesLabel(series))?.gaps ?? []);
    if (!span) continue;
    const found = 'the report has a gap there, and the ledger has none';
    return `${seriesLabel(series)}: ${inWords({ invariant: 'no-gap-after-success', span, found })}`;
  }
  return undefined;
}

/** The first of the gaps: a job keeps no more of them than an item has room for. */
export const shownGaps = (gaps: readonly JobGap[]): JobGap[] => gaps.slice(0, KEPT);

function gapsIn(
  { series, wanted, missing }: Remainder,
  report: SeriesReport | undefined,
  now: number,
): JobGap[] {
  const { source, symbol, timeframe } = series;
  const gap = (range: Range, cause: Cause, proven: boolean, error?: string): JobGap => ({
    source,
    symbol,
    timeframe,
    start: range.start,
    end: range.end,
    cause,
    proven,
    rows: (range.end - range.start) / stepOf(timeframe),
    ...(error !== undefined && { error }),
  });
  const due = overdue(missing, series, now);
  const { gaps = [], empty = [] } = report ?? {};
  const reported = gaps.flatMap(({ cause, error, ...range }) =>
    clip(due, range).map((part) => gap(part, cause, false, error)),
  );
  const proven = empty.flatMap(({ reason, ...range }) =>
    clip(wanted, range).map((part) => gap(part, reason, true)),
  );
  const known = normalize([...gaps, ...empty]);
  return [
    ...reported,
    ...subtract(due, known).map((part) => gap(part, 'ours', false)),
    ...intersect(subtract(missing, due), wanted).map((part) => gap(part, 'not-yet-published', false)),
    ...proven,
  ];
}

/** `1440 source-error (klines_spot BTCUSDT 1m 2025-03-01T00:00:00Z to 2025-03-02T00:00:00Z: why), 3 ours (…)` */
export function causesInWords(gaps: readonly JobGap[]): string {
  const ofCause = (cause: GapCause): string[] => {
    const of = gaps.filter((gap) => gap.cause === cause && !gap.proven);
    const [first] = of;
    if (!first || cause === 'not-yet-published') return [];
    const rows = of.reduce((sum, gap) => sum + gap.rows, 0);
    const why = first.error === undefined ? '' : `: ${first.error}`;
    return [`${rows} ${cause} (${seriesLabel(first)} ${iso(first.start)} to ${iso(first.end)}${why})`];
  };
  return GAP_CAUSES.flatMap(ofCause).join(', ');
}
