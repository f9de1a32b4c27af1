import type { HttpRequest } from '../../core/series/venue.ts';
import { malformed, readJson } from '../rest/malformed.ts';
import { deribit, deribitFamily, deribitHistoryHost, deribitHost } from './venue.ts';

/** A request to a public method of Deribit's JSON-RPC, as GET with a query. */
export const requestFor = (method: string, query: NonNullable<HttpRequest['query']>): HttpRequest => ({
  venue: deribit,
  host: deribitHost,
  family: deribitFamily,
  path: `/api/v2/public/${method}`,
  query,
});

/** A request about the past. Whether that host counts by itself is not documented: both share one budget. */
export const historyRequestFor = (method: string, query: NonNullable<HttpRequest['query']>): HttpRequest => ({
  ...requestFor(method, query),
  host: deribitHistoryHost,
});

/**
 * The list behind `result`, or under a key of it.
 * @throws GordonError `malformed-rows`
 */
export function resultList(body: Uint8Array, subject: string, key?: string): readonly unknown[] {
  const { result } = (readJson(body, subject) ?? {}) as { readonly result?: unknown };
  const list = key === undefined ? result : (result as Record<string, unknown> | null | undefined)?.[key];
  if (Array.isArray(list)) return list;
  throw malformed(subject, `the answer has no list "${key === undefined ? 'result' : `result.${key}`}".`);
}

/** The members behind `result`; a summary is a megabyte. */
const TAIL_BYTES = 512;

/** When Deribit sent an answer, by the member `usOut` behind its result; epoch ms. Undefined where it has none. */
export function serverTimeIn(body: Uint8Array): number | undefined {
  const tail = new TextDecoder().decode(body.subarray(-TAIL_BYTES));
  const micros = Number(/"usOut"\s*:\s*(\d{13,})\b/.exec(tail)?.[1]);
  return Number.isFinite(micros) ? Math.floor(micros / 1_000) : undefined;
}
