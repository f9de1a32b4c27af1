import { SECOND } from '../../core/time/time.ts';
import { type DayRow, unreadDay } from '../rest/daily.ts';
import { malformed, readJson } from '../rest/malformed.ts';
import { readNumber } from '../rest/values.ts';

/**
 * The days in an answer of `/fng/`, newest first: values and second-stamps are text. A day with an unreadable cell is
 * a day without values.
 * @throws GordonError `malformed-rows`
 */
export function fearGreedDays(body: Uint8Array, subject: string): DayRow[] {
  const { data, metadata } = (readJson(body, subject) ?? {}) as {
    readonly data?: unknown;
    readonly metadata?: { readonly error?: unknown };
  };
  if (metadata?.error) throw malformed(subject, `the venue says: ${String(metadata.error)}.`);
  if (!Array.isArray(data)) throw malformed(subject, 'the answer has no list "data".');
  return data.map((entry: unknown): DayRow => {
    const row = (entry ?? {}) as Readonly<Record<string, unknown>>;
    const value = readNumber(row.value);
    const seconds = readNumber(row.timestamp);
    if (seconds === undefined) return unreadDay(Number.NaN, 'timestamp', row.timestamp);
    const at = seconds * SECOND;
    if (value === undefined || !Number.isInteger(value) || value < 0 || value > 100) {
      return unreadDay(at, 'value', row.value);
    }
    if (typeof row.value_classification !== 'string') {
      return unreadDay(at, 'value_classification', row.value_classification);
    }
    return { at, values: [value, row.value_classification] };
  });
}
