import { badRequest } from '../errors/bad-request.ts';
import { EPOCH_MS_TEXT, iso, MINUTE, parseInstant } from '../time/time.ts';

/**
 * Reads a day, an instant with its zone, or epoch milliseconds as a number or as digits.
 * @throws GordonError `invalid-time`
 */
export function candleTime(value: string | number | undefined, field: string): number | undefined {
  if (value === undefined) return undefined;
  const text = String(value);
  const at = EPOCH_MS_TEXT.test(text) ? Number(text) : parseInstant(text);
  if (at !== undefined) return at;
  const remedy =
    'Write a day (2025-01-31, midnight UTC), an instant with its zone (2025-01-31T12:00:00Z) or epoch milliseconds.';
  throw badRequest('invalid-time', field, `"${text}" is not a time.`, remedy);
}

/**
 * Both ends of the requested range.
 * @throws GordonError `invalid-time`, `future-range`, `empty-range`
 */
export function candleRange(
  {
    start,
    end,
  }: { readonly start?: string | number | undefined; readonly end?: string | number | undefined },
  now: number,
): { readonly start?: number; readonly end?: number } {
  const from = candleTime(start, 'start');
  const to = candleTime(end, 'end');
  if (from !== undefined && from > now)
    throw badRequest('future-range', 'start', `${iso(from)} has not come yet.`);
  // A minute forgives a caller's clock.
  if (to !== undefined && to > now + MINUTE) {
    throw badRequest('future-range', 'end', `${iso(to)} has not come yet.`);
  }
  if (from !== undefined && to !== undefined && from >= to) {
    throw badRequest('empty-range', 'the range', `start ${iso(from)} must lie before end ${iso(to)}.`);
  }
  return { ...(from !== undefined && { start: from }), ...(to !== undefined && { end: to }) };
}
