import type { HttpRequest } from '../../core/series/venue.ts';
import { malformed, readJson } from '../rest/malformed.ts';
import { deribit, deribitFamily, deribitHost } from './venue.ts';

/** A request to a public method of Deribit's JSON-RPC, as GET with a query. */
export const requestFor = (method: string, query: NonNullable<HttpRequest['query']>): HttpRequest => ({
  venue: deribit,
  host: deribitHost,
  family: deribitFamily,
  path: `/api/v2/public/${method}`,
  query,
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
