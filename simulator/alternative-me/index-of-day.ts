import { DAY, MINUTE } from '../../functions/core/time/time.ts';
import { smooth, streamOf, unit } from '../numbers/noise.ts';

export interface Day {
  /** 00:00 UTC */
  readonly at: number;
  /** 0 to 100 */
  readonly value: number;
}

const FIRST = Date.UTC(2018, 1, 1);
/** A day's value comes out this long after its stamp. */
const PUBLISHED_AFTER = 5 * MINUTE;

/** Days that were never published; 2018 is as live, the other is a choice of this simulator. */
export const NEVER_PUBLISHED: readonly string[] = ['2018-04-14', '2018-04-15', '2018-04-16', '2024-10-26'];

const HOLES = new Set(NEVER_PUBLISHED.map((day) => Date.parse(day)));

/** Everything published by an instant, and when the next value is due. */
export function days(seed: number, now: number): { newestFirst: Day[]; nextAt: number } {
  const stream = streamOf(seed, 'fear-greed');
  const newest = Math.floor((now - PUBLISHED_AFTER) / DAY) * DAY;
  const newestFirst: Day[] = [];
  for (let at = newest; at >= FIRST; at -= DAY) {
    if (!HOLES.has(at)) newestFirst.push({ at, value: mood(stream, at) });
  }
  return { newestFirst, nextAt: newest + DAY + PUBLISHED_AFTER };
}

function mood(stream: number, at: number): number {
  const tide = 46 + 30 * smooth(stream, at, 45 * DAY) + 14 * smooth(stream + 1, at, 9 * DAY);
  return Math.min(95, Math.max(5, Math.round(tide + 8 * (unit(stream + 2, at / DAY) - 0.5))));
}

export function classOf(value: number): string {
  if (value <= 25) return 'Extreme Fear';
  if (value <= 46) return 'Fear';
  if (value <= 54) return 'Neutral';
  return value <= 75 ? 'Greed' : 'Extreme Greed';
}
