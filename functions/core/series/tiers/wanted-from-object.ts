import type { Period } from '../../time/period.ts';
import { clip, measure, type RangeSet } from '../../time/range.ts';
import { DAY } from '../../time/time.ts';
import type { ArchiveTier, Source } from '../source.ts';
import { objectReach } from './object-reach.ts';

/** For one or two days a month's file costs more than the daily files with the same rows. */
const WORTH_A_MONTH = 2 * DAY;

/**
 * The missing spans to read from the archive object of a period: none before it is published, when it is not worth its cost, or
 * while all of them may still come.
 */
export function wantedFromObject(
  source: Pick<Source, 'tiers' | 'settleMs'>,
  tier: ArchiveTier,
  period: Period,
  missing: RangeSet,
  now: number,
  step: number,
): RangeSet {
  const wanted = clip(missing, objectReach(tier, period, step));
  if (wanted.length === 0 || tier.publishedAt(period) > now) return [];
  if (isYoung(source, wanted, now)) return [];
  const hasDays = source.tiers.some((one) => one.kind === 'archive' && one.unit === 'day');
  return tier.unit === 'month' && hasDays && measure(wanted) <= WORTH_A_MONTH ? [] : wanted;
}

/**
 * An object that appears before the venue has had all its time for the rows at its end would be read with each refresh until they are
 * there or proven absent. The API has whatever of them there is. Twice that time: the proof of a hole comes step by step.
 */
const isYoung = ({ tiers, settleMs }: Pick<Source, 'tiers' | 'settleMs'>, wanted: RangeSet, now: number) =>
  wanted[0]!.start >= now - 2 * settleMs && tiers.some(({ kind }) => kind === 'pages');
