import { SECOND } from '../../core/time.ts';
import { malformed, readJson } from '../malformed.ts';
import type { DayRow } from '../rest/daily.ts';
import { numberOf } from '../rest/values.ts';

/**
 * The days in an answer of `/fng/`, newest first: values and second-stamps are text.
 * @throws GordonError `malformed-rows`
 */
export function fearGreedDays(body: Uint8Array, subject: string): DayRow[] {
  const { data, metadata } = (readJson(body, subject) ?? {}) as {
    readonly data?: unknown;
    readonly metadata?: { readonly error?: unknown };
  };
  if (metadata?.error) throw malformed(subject, `the venue says: ${String(metadata.error)}.`);
  if (!Array.isArray(data)) throw malformed(subject, 'the answer has no list "data".');
  return data.map((entry: unknown, i): DayRow => {
    const row = (entry ?? {}) as Readonly<Record<string, unknown>>;
    const value = numberOf(row.value);
    const seconds = numberOf(row.timestamp);
    if (value === undefined || !Number.isInteger(value) || value < 0 || value > 100) {
      throw malformed(subject, `row ${i + 1} has value ${String(row.value)}.`);
    }
    if (seconds === undefined)
      throw malformed(subject, `row ${i + 1} has timestamp ${String(row.timestamp)}.`);
    if (typeof row.value_classification !== 'string') throw malformed(subject, `row ${i + 1} has no class.`);
    return { at: seconds * SECOND, values: [value, row.value_classification] };
  });
}
