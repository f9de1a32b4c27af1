import type { Offered } from '../../core/series/source.ts';
import { periodsIn } from '../../core/time/period.ts';
import { intersect } from '../../core/time/range.ts';
import { DAY } from '../../core/time/time.ts';

/** What is available without a key. */
export const firstDays: Offered = {
  what: 'the first day of each month',
  within: (range) =>
    intersect(
      [range],
      periodsIn('month', range).map(({ start }) => ({ start, end: start + DAY })),
    ),
};
