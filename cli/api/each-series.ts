import { nearest } from '../../functions/core/series/names/spelling.ts';
import { badInput } from '../failure.ts';
import type { Api } from './client.ts';

/** Which series a command is about; absent: all. */
export interface SeriesFilter {
  readonly sources?: readonly string[];
  readonly symbols?: readonly string[];
}

/** What a query of the API selects. */
interface Query {
  readonly source?: string;
  readonly symbol?: string;
}

interface Named {
  readonly source: string;
  readonly symbol: string;
  readonly timeframe: string;
}

export const labelOf = ({ source, symbol, timeframe }: Named): string => `${source} ${symbol} ${timeframe}`;

/** The queries that together select what a filter does: the API takes one source and one symbol at a time. */
export function queriesOf({ sources, symbols }: SeriesFilter): Query[] {
  const some = <T>(words: readonly string[] | undefined, of: (word: string) => T): (T | object)[] =>
    words?.map(of) ?? [{}];
  return some(sources, (source) => ({ source })).flatMap((one) =>
    some(symbols, (symbol) => ({ symbol })).map((other): Query => ({ ...one, ...other })),
  );
}

/** The answers to all queries of a filter, each series once, though a source and its family may both be named. */
export async function eachSeries<T extends Named>(
  filter: SeriesFilter,
  call: (query: Query) => Promise<readonly T[]>,
): Promise<T[]> {
  const found = new Map<string, T>();
  for (const query of queriesOf(filter)) for (const one of await call(query)) found.set(labelOf(one), one);
  return [...found.values()];
}

/**
 * Refuses a symbol of which the warehouse has no series, with the ones that may be meant.
 * @param found what the filter selected
 * @throws CliError exit code 2
 */
export async function refuseUnknownSymbols(
  api: Api,
  filter: SeriesFilter,
  found: readonly Pick<Named, 'symbol'>[],
): Promise<void> {
  const unknown = filter.symbols?.find((symbol) => !found.some((one) => one.symbol === symbol));
  if (unknown === undefined) return;
  const { symbols: _, ...within } = filter;
  const known = await eachSeries(within, (query) => api.call('listSeries', { query }));
  const meant = nearest(new Set(known.map(({ symbol }) => symbol)), unknown);
  const where = filter.sources ? ` of ${filter.sources.join(', ')}` : '';
  throw badInput(
    `${unknown}: nothing${where} was ever requested for it. ` +
      (meant.length > 0
        ? `Did you mean ${meant.join(' or ')}?`
        : 'List what is there: `gordon-data backfill series`.'),
  );
}
