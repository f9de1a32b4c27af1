import type { ArchiveTier } from '../../core/series/source.ts';
import { type Period, periodAt } from '../../core/time/period.ts';
import { DAY } from '../../core/time/time.ts';

export const VENUE = 'binance-archive';

/** Files come out late now and then. */
const LATE = 2 * DAY;

/** The newest file that has to be there. */
export function newestPeriod(tier: ArchiveTier, now: number): Period {
  let period = periodAt(tier.unit, now);
  while (tier.publishedAt(period) + LATE > now) period = periodAt(tier.unit, period.start - 1);
  return period;
}
