import type { Range } from '../range.ts';
import type { Series } from '../series.ts';
import type { Source } from '../source.ts';
import { DAY } from '../time.ts';

export interface Perishable extends Series, Range {
  /** epoch ms at which the venue no longer tells the beginning of the gap */
  readonly lostAt: number;
  readonly daysLeft: number;
}

/** How far back a source can be filled; undefined: for ever, as an archive or an endless history stands behind it. */
export function reachOf({ tiers }: Pick<Source, 'tiers'>): number | undefined {
  const reaches = tiers.map((tier) => {
    if (tier.kind === 'archive') return Number.POSITIVE_INFINITY;
    return tier.kind === 'pages' ? (tier.reachMs ?? Number.POSITIVE_INFINITY) : 0;
  });
  const longest = Math.max(...reaches);
  return longest === Number.POSITIVE_INFINITY ? undefined : longest;
}

/** The gap that is lost first, if the source forgets. A moment that is past already is no news here: it cannot be saved. */
export function perishableOf(
  series: Series,
  source: Pick<Source, 'tiers'>,
  gaps: readonly Range[],
  now: number,
): Perishable[] {
  const reach = reachOf(source);
  if (reach === undefined || reach === 0) return [];
  const alive = gaps
    .filter(({ end }) => end + reach > now)
    .map((gap) => ({ ...gap, start: Math.max(gap.start, now - reach) }));
  const [first] = alive.sort((a, b) => a.start - b.start);
  if (!first) return [];
  const lostAt = first.start + reach;
  const { source: id, symbol, timeframe } = series;
  return [
    {
      source: id,
      symbol,
      timeframe,
      start: first.start,
      end: first.end,
      lostAt,
      daysLeft: Math.floor((10 * (lostAt - now)) / DAY) / 10,
    },
  ];
}
