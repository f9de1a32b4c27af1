/** Instants are epoch milliseconds (UTC) inside the program and ISO 8601 with `Z` at its edges. */
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** The source of "now". Passed in, so that tests can hold, skew or turn back the clock. */
export type Clock = () => number;

/** The last multiple of `step` that is not after `at`; both in ms. */
export const floorTo = (at: number, step: number): number => Math.floor(at / step) * step;
/** The first multiple of `step` that is not before `at`; both in ms. */
export const ceilTo = (at: number, step: number): number => Math.ceil(at / step) * step;

/** `2025-03-01T00:00:00.000Z` → `2025-03-01T00:00:00Z`; milliseconds are kept only where there are any. */
export const iso = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z');

export const isoOrNull = (at: number | null | undefined): string | null =>
  at === null || at === undefined ? null : iso(at);

/** UTC day, `YYYY-MM-DD`. */
export const isoDay = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** UTC month, `YYYY-MM`. */
export const isoMonth = (at: number): string => new Date(at).toISOString().slice(0, 7);

/** Four digits write the years 1 to 9999; the database, like the calendar, has no year 0. */
const CALENDAR = { start: Date.parse('0001-01-01T00:00:00Z'), end: Date.UTC(10_000, 0) };

const INSTANT = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

/**
 * Reads `YYYY-MM-DD` (midnight UTC) or an ISO 8601 instant that names its zone.
 * @returns epoch ms, or undefined when the text is neither: a time without a zone is refused, not guessed.
 */
export function parseInstant(text: string): number | undefined {
  if (!INSTANT.test(text)) return undefined;
  const at = Date.parse(text);
  // Date.parse rolls 2025-02-30 over to March; a day that does not exist is an error to the person who typed it.
  if (Number.isNaN(at) || at < CALENDAR.start || at >= CALENDAR.end) return undefined;
  if (Number(text.slice(8, 10)) > daysInMonth(text)) return undefined;
  return at;
}

function daysInMonth(text: string): number {
  return new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)), 0)).getUTCDate();
}

/** The same date in an earlier or later year; 29 February becomes 28 February. */
export function addYears(at: number, years: number): number {
  const d = new Date(at);
  const last = new Date(Date.UTC(d.getUTCFullYear() + years, d.getUTCMonth() + 1, 0)).getUTCDate();
  const moved = Date.UTC(d.getUTCFullYear() + years, d.getUTCMonth(), Math.min(d.getUTCDate(), last));
  return moved + (at - floorTo(at, DAY));
}
