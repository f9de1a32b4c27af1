import type { Period } from '../time/period.ts';
import { clip, measure, type RangeSet } from '../time/range.ts';
import { DAY } from '../time/time.ts';
import { objectReach } from './object-reach.ts';
import type { ArchiveTier, Source } from './source.ts';

/** For up to two days a month's file is the dearer way where daily files hold the same rows. */
const WORTH_A_MONTH = 2 * DAY;

/** The missing spans to read from the archive object of a period: none before it is published or when it is not worth its cost. */
export function wantedFromObject(
  { tiers }: Pick<Source, 'tiers'>,
  tier: ArchiveTier,
  period: Period,
  missing: RangeSet,
  now: number,
  step: number,
): RangeSet {
  const wanted = clip(missing, objectReach(tier, period, step));
  if (wanted.length === 0 || tier.publishedAt(period) > now) return [];
  const hasDays = tiers.some((one) => one.kind === 'archive' && one.unit === 'day');
  return tier.unit === 'month' && hasDays && measure(wanted) <= WORTH_A_MONTH ? [] : wanted;
}
