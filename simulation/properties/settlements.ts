import type { Series } from '../../functions/core/series/series.ts';
import { clip, measure, type RangeSet } from '../../functions/core/time/range.ts';
import { HOUR } from '../../functions/core/time/time.ts';
import { inferIntervals } from '../../functions/sources/funding/intervals.ts';
import type { Violation } from './violations.ts';

/** A settlement, in the order of its table's columns. */
export interface StoredSettlement {
  readonly time: number;
  readonly cells: readonly unknown[];
}

const INTERVAL = 5;
/** What the next settlement says of the one before is known after so long, of which all was calm. */
const CHANCE = 2 * HOUR;

/**
 * A settlement after which another one is there has an interval, if all that are there show it.
 * @param lives of the symbol: settlements of another contract, or of the time before a pause, say nothing of it
 */
export function judgeIntervals(
  series: Series,
  rows: readonly StoredSettlement[],
  lives: RangeSet,
  calm: RangeSet,
): Violation[] {
  const unknown = lives.flatMap(({ start, end }) => {
    const own = rows.filter(({ time }) => start <= time && time < end);
    const shown = inferIntervals(own.map(({ time }) => time));
    return own.filter(({ cells }, i) => {
      const next = own[i + 1];
      if (cells[INTERVAL] !== null || !next || (shown[i] ?? null) === null) return false;
      return measure(clip(calm, { start: next.time, end: Number.POSITIVE_INFINITY })) >= CHANCE;
    });
  });
  const [first] = unknown;
  if (!first) return [];
  const why = 'its interval is not known, and its neighbours show it';
  return [{ breach: 'other value', series, time: first.time, rows: unknown.length, why }];
}
