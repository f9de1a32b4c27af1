import type { Series } from '../../functions/core/series/series.ts';
import { clip, measure, type RangeSet } from '../../functions/core/time/range.ts';
import { HOUR } from '../../functions/core/time/time.ts';
import { inferIntervals, LONGEST_INTERVAL } from '../../functions/sources/funding/intervals.ts';
import type { Violation } from './violations.ts';

/** A settlement, in the order of its table's columns. */
export interface StoredSettlement {
  readonly time: number;
  readonly cells: readonly unknown[];
}

const INTERVAL = 5;
/** What the next settlement says of the one before is known after this long, if no fault struck meanwhile. */
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

/** What the file of a month says of a settlement, and since when it has been out; epoch ms. */
export interface FiledInterval {
  readonly hours: number;
  readonly since: number;
}

/** What an answer shows is compared again each day, once the settlements around it are there. */
const COMPARED = 26 * HOUR;

/**
 * The intervals that follow from answers of the API are those that the month's file has.
 * @param answered all instants of settlements that the API has: where they do not show the file's interval, nobody can know it
 */
export function judgeByFile(
  series: Series,
  rows: readonly StoredSettlement[],
  answered: readonly number[],
  filed: (time: number) => FiledInterval | undefined,
  calm: RangeSet,
): Violation[] {
  const intervals = inferIntervals(answered);
  const shown = new Map(answered.map((time, i) => [time, intervals[i]]));
  const other = rows.filter(({ time, cells }) => {
    const file = filed(time);
    const own = cells[INTERVAL];
    if (!file || own === null || own === file.hours || shown.get(time) !== file.hours * HOUR) return false;
    const since = Math.max(file.since, time + 2 * LONGEST_INTERVAL);
    return measure(clip(calm, { start: since, end: Number.POSITIVE_INFINITY })) >= COMPARED;
  });
  const [first] = other;
  if (!first) return [];
  const why = `its interval is ${first.cells[INTERVAL]} hours, and its file has ${filed(first.time)!.hours}`;
  return [{ breach: 'other value', series, time: first.time, rows: other.length, why }];
}
