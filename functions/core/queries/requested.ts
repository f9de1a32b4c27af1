import { badRequest } from '../errors/bad-request.ts';
import { sourcesNamed, unknownSource } from '../series/names/named-sources.ts';
import type { Series } from '../series/series.ts';
import type { Source, Sources } from '../series/source.ts';
import type { Range } from '../time/range.ts';
import { addYears, parseInstant } from '../time/time.ts';
import type { Timeframe } from '../time/timeframe.ts';

/** Parsing that the queries of several routes share. Each @throws GordonError `BadRequest` */

/** The sources of a family, one by its id, or all. */
export function sourcesFor(sources: Sources, word: string | undefined): readonly Source[] {
  return word === undefined ? Object.values(sources) : sourcesNamed(sources, word);
}

/** One source by its id. @throws GordonError `unknown-source` */
export function sourceNamed(sources: Sources, id: string): Source {
  const source = sources[id];
  if (source && source.id === id) return source;
  throw unknownSource(sources, id);
}

/** The series that a request names; its timeframe defaults to the source's. @throws GordonError `unknown-source` */
export function findSeries(
  sources: Sources,
  request: { readonly source: string; readonly symbol: string; readonly timeframe?: Timeframe | undefined },
): Series {
  const { id, defaultTimeframe } = sourceNamed(sources, request.source);
  return { source: id, symbol: request.symbol, timeframe: request.timeframe ?? defaultTimeframe };
}

/** Parses an instant, epoch ms. @throws GordonError `invalid-time`, which names the field */
export function requireInstant(
  text: string | undefined,
  field: 'from' | 'to' | 'start' | 'end' | 'before' | 'as_of' | 'at',
): number | undefined {
  if (text === undefined) return undefined;
  const at = parseInstant(text);
  if (at !== undefined) return at;
  throw badRequest('invalid-time', field, `"${text}" is not a time.`);
}

interface Bounds {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** The bounds of a query, as given. */
export function parseBounds({ from, to }: Bounds): { from: number | undefined; to: number | undefined } {
  const bounds = { from: requireInstant(from, 'from'), to: requireInstant(to, 'to') };
  if (bounds.from === undefined || bounds.to === undefined || bounds.from < bounds.to) return bounds;
  throw badRequest('empty-range', 'the range', `from ${from} must lie before to ${to}.`);
}

/** The bounds of a query; they default to the last year. */
export function parseRange(request: Bounds, now: number): Range {
  const { from, to } = parseBounds(request);
  const end = to ?? Math.max(now, (from ?? 0) + 1);
  return { start: from ?? addYears(end, -1), end };
}
