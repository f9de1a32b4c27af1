import type { FollowedSeries } from '../../../functions/core/api/series/schemas.ts';
import { periodsIn } from '../../../functions/core/time/period.ts';
import { clip, normalize, type Range } from '../../../functions/core/time/range.ts';
import { parseInstant } from '../../../functions/core/time/time.ts';
import { badInput } from '../../failure.ts';

export interface Bounds {
  readonly from?: string;
  readonly to?: string;
}

/** @throws CliError */
export function checkBounds({ from, to }: Bounds): void {
  if (from === undefined || to === undefined || parseInstant(from)! < parseInstant(to)!) return;
  throw badInput(`--from ${from} must lie before --to ${to}`);
}

/** The days or months of a series that were requested, so short that one answer holds one. */
export function periodsOf(series: FollowedSeries, given: Bounds, unit: 'day' | 'month'): Range[] {
  const requested = normalize(
    series.requested.map(({ from, to }) => ({ start: Date.parse(from), end: Date.parse(to) })),
  );
  const within = clip(requested, {
    start: (given.from === undefined ? undefined : parseInstant(given.from)) ?? Number.NEGATIVE_INFINITY,
    end: (given.to === undefined ? undefined : parseInstant(given.to)) ?? Number.POSITIVE_INFINITY,
  });
  return within.flatMap((range) =>
    periodsIn(unit, range).flatMap(({ start, end }) => clip([range], { start, end })),
  );
}
