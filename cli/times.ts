import { addYears, DAY, floorTo, HOUR, iso, MINUTE, parseInstant } from '../functions/core/time/time.ts';

/** What `readTime` takes, for messages and help. */
export const WHEN =
  'a day (2025-01-31), a month (2025-01), an instant with its zone (2025-01-31T12:00:00Z), yesterday, or -30d';

const WORDS: Readonly<Record<string, (now: number) => number>> = {
  now: (now) => now,
  today: (now) => floorTo(now, DAY),
  yesterday: (now) => floorTo(now, DAY) - DAY,
};

const MINUTES: Readonly<Record<string, number>> = { m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY };
const AGO = /^-(\d{1,6})(m|h|d|w|mo|y)$/;
const MONTH = /^(\d{4})(?:-(\d{2}))?$/;

/**
 * Reads a time as people type it.
 * @param now epoch ms, from which relative times count; they are floored to the minute
 * @returns what the API takes: a day or an instant, UTC; undefined for what is not a time
 */
export function readTime(text: string, now: number): string | undefined {
  if (parseInstant(text) !== undefined) return text;
  const at = WORDS[text]?.(now) ?? ago(text, now);
  if (at !== undefined) return inRange(floorTo(at, MINUTE));
  const [, year, month = '01'] = MONTH.exec(text) ?? [];
  const day = `${year}-${month}-01`;
  return parseInstant(day) === undefined ? undefined : day;
}

function ago(text: string, now: number): number | undefined {
  const [, digits, unit] = AGO.exec(text) ?? [];
  if (digits === undefined || unit === undefined) return undefined;
  const many = Number(digits);
  if (unit === 'y') return addYears(now, -many);
  if (unit === 'mo') return addMonths(now, -many);
  return now - many * MINUTES[unit]!;
}

/** The same day of another month, or its last day where it is shorter. */
function addMonths(at: number, months: number): number {
  const date = new Date(at);
  const index = date.getUTCFullYear() * 12 + date.getUTCMonth() + months;
  const last = new Date(Date.UTC(0, 0)).setUTCFullYear(Math.floor(index / 12), (index % 12) + 1, 0);
  const day = Math.min(date.getUTCDate(), new Date(last).getUTCDate());
  return last + (day - new Date(last).getUTCDate()) * DAY + (at - floorTo(at, DAY));
}

/** Undefined for what the calendar of the API does not reach. */
function inRange(at: number): string | undefined {
  if (Number.isNaN(new Date(at).getTime())) return undefined;
  const text = iso(at);
  return parseInstant(text) === undefined ? undefined : text;
}
