import { type Period, periodsIn } from '../../time/period.ts';
import type { Range } from '../../time/range.ts';
import type { ArchiveTier } from '../source.ts';

/** The steps that the object of a period may hold: of a closing tier also the one at which the period ends. */
export const objectReach = (tier: Pick<ArchiveTier, 'closing'>, period: Range, step: number): Range => ({
  start: period.start,
  end: tier.closing ? period.end + step : period.end,
});

/** Every period whose object may hold a step of a range, in order. */
export const periodsFor = (
  tier: Pick<ArchiveTier, 'closing' | 'unit'>,
  range: Range,
  step: number,
): Period[] => periodsIn(tier.unit, tier.closing ? { start: range.start - step, end: range.end } : range);
