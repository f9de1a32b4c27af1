import { type DayRow, unreadDay } from '../rest/daily.ts';
import { malformed, readJson } from '../rest/malformed.ts';
import { readNumber } from '../rest/values.ts';

/** `2024-01-01T00:00:00.000000000Z`: nanoseconds, and never anything but a day's beginning. */
const STAMP = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.\d+)?Z$/;

/**
 * One metric in an answer of `timeseries/asset-metrics`. A day on which the metric was not computed does not have its key.
 * @throws GordonError `malformed-rows`
 */
export function metricDays(body: Uint8Array, metric: string, subject: string): DayRow[] {
  const { data } = (readJson(body, subject) ?? {}) as { readonly data?: unknown };
  if (!Array.isArray(data)) throw malformed(subject, 'the answer has no list "data".');
  return data.flatMap((entry: unknown): DayRow[] => {
    const row = (entry ?? {}) as Readonly<Record<string, unknown>>;
    const at = Date.parse(`${STAMP.exec(String(row.time))?.[1]}Z`);
    if (Number.isNaN(at)) return [unreadDay(at, 'time', row.time)];
    if (row[metric] === undefined || row[metric] === null) return [];
    const value = readNumber(row[metric]);
    if (value === undefined) return [unreadDay(at, metric, row[metric])];
    return [{ at, values: [value] }];
  });
}
