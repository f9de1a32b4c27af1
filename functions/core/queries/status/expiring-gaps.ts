import type { Series } from '../../series/series.ts';
import { type ArchiveTier, reachOf, type Source } from '../../series/source.ts';
import { periodsIn } from '../../time/period.ts';
import { clip, intersect, normalize, type Range, type RangeSet, union } from '../../time/range.ts';
import { DAY, floorTo } from '../../time/time.ts';
import { stepOf } from '../../time/timeframe.ts';

export interface ExpiringGap extends Series, Range {
  /** epoch ms at which the venue no longer serves the beginning of the gap */
  readonly lostAt: number;
  readonly daysLeft: number;
}

/** What is known of a series. */
export interface GapSnapshot {
  /** missing and not proven empty; what the venue has not had time to publish is not a gap */
  readonly gaps: readonly Range[];
  /** the parts of the gaps that were requested in vain */
  readonly failed: readonly Range[];
  /** the end of the newest step that has rows; absent: there is none */
  readonly latestEnd?: number | undefined;
}

type Tiers = Pick<Source, 'tiers'>;

/** How far back the venue's own answers reach; undefined: to the beginning, or to this moment alone. */
function longestReach({ tiers }: Tiers, step: number): number | undefined {
  const pages = tiers.filter((tier) => tier.kind === 'pages');
  const reaches = pages.map((tier) => reachOf(tier, step) ?? Number.POSITIVE_INFINITY);
  const longest = Math.max(...reaches);
  return Number.isFinite(longest) ? longest : undefined;
}

/**
 * The gap of a series that will be lost first, if its source keeps rows for a limited time. Some such sources also have a slower
 * archive: there a gap is in danger only if a request to the archive failed, or the day is not published yet. What is
 * already past the venue's reach cannot be saved and is left out.
 */
export function findExpiringGaps(
  series: Series,
  source: Tiers,
  known: GapSnapshot,
  now: number,
): ExpiringGap[] {
  if (source.tiers[0]?.kind === 'snapshot') return snapshotAtRisk(series, known, now);
  const reach = longestReach(source, stepOf(series.timeframe));
  if (reach === undefined) return [];
  const archives = source.tiers.filter((tier) => tier.kind === 'archive');
  const within: Range = { start: now - reach, end: now };
  const gaps = clip(normalize(known.gaps), within);
  const failed = intersect(gaps, normalize(known.failed));
  const exposed = archives.length === 0 ? gaps : union(failed, unpublished(gaps, archives, now));
  const [first] = exposed;
  return first ? [entry(series, first, first.start + reach, now)] : [];
}

function unpublished(gaps: RangeSet, archives: readonly ArchiveTier[], now: number): RangeSet {
  return gaps.flatMap((gap) => {
    const published = archives.flatMap((tier) =>
      periodsIn(tier.unit, gap).filter((period) => tier.publishedAt(period) <= now),
    );
    const from = Math.max(gap.start, ...published.map(({ end }) => end));
    return from < gap.end ? [{ start: from, end: gap.end }] : [];
  });
}

/**
 * A snapshot can be taken while its step lasts. It is in danger when half of that has gone, or when the one before was
 * missed too: the beginning of a step alone is not a sign.
 */
function snapshotAtRisk(series: Series, { latestEnd }: GapSnapshot, now: number): ExpiringGap[] {
  const step = stepOf(series.timeframe);
  const start = floorTo(now, step);
  if (latestEnd !== undefined && latestEnd > start) return [];
  const missedBefore = latestEnd === undefined || latestEnd < start;
  if (now - start < step / 2 && !missedBefore) return [];
  return [entry(series, { start, end: start + step }, start + step, now)];
}

const entry = (
  { source, symbol, timeframe }: Series,
  { start, end }: Range,
  lostAt: number,
  now: number,
): ExpiringGap => ({
  source,
  symbol,
  timeframe,
  start,
  end,
  lostAt,
  // Rounded down, so that the report never promises a day too many.
  daysLeft: Math.max(0, Math.floor((100 * (lostAt - now)) / DAY) / 100),
});
