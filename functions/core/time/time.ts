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
export function iso(at: number): string {
  const text = new Date(at).toISOString();
  return at % SECOND === 0 ? `${text.slice(0, -5)}Z` : text;
}

/** ISO 8601 of an instant, epoch ms; null for none. */
export const isoOrNull = (at: number | null | undefined): string | null =>
  at === null || at === undefined ? null : iso(at);

/** UTC day, `YYYY-MM-DD`. */
export const isoDay = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** UTC month, `YYYY-MM`. */
export const isoMonth = (at: number): string => new Date(at).toISOString().slice(0, 7);

/** Four digits write the years 1 to 9999; the database, like the calendar, has no year 0. A zone may lead a few hours beyond. */
const CALENDAR = { start: Date.parse('0001-01-01T00:00:00Z'), end: Date.UTC(10_000, 0) };

/** Days that exist: the years 1 to 9999, February with its leap days. */
const YEAR_TEXT = '(?:\\d{3}[1-9]|\\d\\d[1-9]\\d|\\d[1-9]\\d\\d|[1-9]\\d{3})';
const OF_FOUR = '(?:0[48]|[2468][048]|[13579][26])';
const DAY_TEXT =
  `(?:${YEAR_TEXT}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|1\\d|2[0-8]))` +
  `|(?:\\d\\d${OF_FOUR}|${OF_FOUR}00)-02-29)`;
const TIME_TEXT = '(?:(?:[01]\\d|2[0-3]):[0-5]\\d(?::[0-5]\\d(?:\\.\\d{1,3})?)?|24:00(?::00(?:\\.0{1,3})?)?)';
const ZONE_TEXT = '(?:Z|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)';

/** What `parseInstant` reads; the OpenAPI document has it as a pattern. */
export const INSTANT = new RegExp(`^${DAY_TEXT}(?:T${TIME_TEXT}${ZONE_TEXT})?$`);

/** Chart libraries count in milliseconds, and a query string has numbers as text. */
export const EPOCH_MS_TEXT = /^\d{12,14}$/;

/**
 * Reads `YYYY-MM-DD` (midnight UTC) or an ISO 8601 instant that names its zone.
 * @returns epoch ms, or undefined when the text is neither: a time without a zone is refused, not guessed.
 */
export function parseInstant(text: string): number | undefined {
  // Date.parse rolls 2025-02-30 over to March; a day that does not exist is an error to the person who typed it.
  if (!INSTANT.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.min(Math.max(at, CALENDAR.start), CALENDAR.end - 1);
}

/** The same date in an earlier or later year; 29 February becomes 28 February. */
export function addYears(at: number, years: number): number {
  const d = new Date(at);
  const last = new Date(Date.UTC(d.getUTCFullYear() + years, d.getUTCMonth() + 1, 0)).getUTCDate();
  const moved = Date.UTC(d.getUTCFullYear() + years, d.getUTCMonth(), Math.min(d.getUTCDate(), last));
  return moved + (at - floorTo(at, DAY));
}
