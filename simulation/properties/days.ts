import { clip, contains, measure, type RangeSet } from '../../functions/core/time/range.ts';
import { DAY, HOUR } from '../../functions/core/time/time.ts';
import type { Values } from '../venue/market/values.ts';
import { capOf, cappedAt } from '../venue/wire/market-cap.ts';
import type { Held } from './held.ts';
import { tooLong } from './proofs.ts';
import type { Violation } from './violations.ts';

/** A day of a table of days, in the order of its columns. */
export interface StoredDay {
  readonly time: number;
  readonly cells: readonly unknown[];
}

const VALUE = 2;
/** An available row is stored within this much calm time. */
const CHANCE = 12 * HOUR;

/** Judges market capitalisations: one value for each day, which the venue keeps. */
export function judgeDays(
  values: Values,
  { series, source, requested, since, spans }: Omit<Held, 'rows' | 'findings'>,
  rows: readonly StoredDay[],
  now: number,
  calm: RangeSet,
): Violation[] {
  const found: Violation[] = [];
  const wrong = rows.filter(
    ({ time, cells }) => cappedAt(time) > now || cells[VALUE] !== capOf(values, time),
  );
  if (wrong[0]) {
    found.push({
      breach: 'other value',
      series,
      time: wrong[0].time,
      rows: wrong.length,
      why: 'no such value',
    });
  }
  const there = new Set(rows.map(({ time }) => time));
  const excused = spans.filter(({ state }) => state === 'empty');
  const lost: number[] = [];
  for (const { start, end } of requested) {
    for (let day = Math.ceil(start / DAY) * DAY; day + DAY <= end; day += DAY) {
      if (there.has(day) || contains(excused, day)) continue;
      const chance = measure(clip(calm, { start: Math.max(since, cappedAt(day)), end: now }));
      if (chance >= CHANCE) lost.push(day);
    }
  }
  if (lost[0] !== undefined) {
    const why = 'the API has it';
    found.push({ breach: 'missing', series, time: lost[0], rows: lost.length, why });
  }
  const life = [{ start: 0, end: now }];
  return [...found, ...tooLong(series, source, spans, life)];
}
