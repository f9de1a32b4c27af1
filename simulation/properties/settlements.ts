import type { Series } from '../../functions/core/series/series.ts';
import { clip, measure, type RangeSet } from '../../functions/core/time/range.ts';
import { HOUR } from '../../functions/core/time/time.ts';
import type { Violation } from './venue-truth.ts';

/** A settlement, in the order of its table's columns. */
export interface StoredSettlement {
  readonly time: number;
  readonly cells: readonly unknown[];
}

const INTERVAL = 5;
/** On each side of a settlement; so many are enough to see its interval. */
const NEIGHBOURS = 2;
/** What the next settlement says of the one before is known after so long, of which all was calm. */
const CHANCE = 2 * HOUR;

/** A settlement whose neighbours are there, each as far away as the venue says of all of them, has an interval. */
export function judgeIntervals(
  series: Series,
  rows: readonly StoredSettlement[],
  hoursOf: (time: number) => number | undefined,
  calm: RangeSet,
): Violation[] {
  const unknown = rows.filter(({ time, cells }, i) => {
    if (cells[INTERVAL] !== null) return false;
    const hours = hoursOf(time);
    const around = rows.slice(Math.max(0, i - NEIGHBOURS), i + NEIGHBOURS + 1);
    if (hours === undefined || around.length < 2 * NEIGHBOURS + 1) return false;
    const even = around.every(
      (row, j) => hoursOf(row.time) === hours && row.time === time + (j - NEIGHBOURS) * hours * HOUR,
    );
    const since = rows[i + 1]!.time;
    return even && measure(clip(calm, { start: since, end: Number.POSITIVE_INFINITY })) >= CHANCE;
  });
  const [first] = unknown;
  if (!first) return [];
  const why = 'its interval is not known, and its neighbours show it';
  return [{ breach: 'other value', series, time: first.time, rows: unknown.length, why }];
}
