import pMap from 'p-map';
import { badRequest } from '../errors/bad-request.ts';
import { BudgetExhausted, GordonError } from '../errors/errors.ts';
import type { JobOrder } from '../jobs/job.ts';
import { currentListing, type ListingPorts } from '../listing/current-listing.ts';
import type { Source, Sources } from '../series/source.ts';
import type { Roster } from '../series/universe.ts';
import type { Timeframe } from '../time/timeframe.ts';
import type { MakeQuote } from './dated-symbols.ts';
import { type ResolvePorts, resolveSymbols } from './resolve-symbols.ts';
import { unknownSymbol } from './unknown-symbol.ts';
import { type VenueLists, venueLists } from './venue-lists.ts';

export interface SymbolPorts extends ResolvePorts, ListingPorts {
  readonly sources: Sources;
  /** lists of venues, the universes among them */
  readonly rosters?: readonly Roster[];
}

export const MAX_SYMBOLS = 1_000;

/** Symbols that are checked with the venues at the same time: the caller waits, and API Gateway for 29 seconds at most. */
export const LOOKED_UP_AT_ONCE = 16;

/**
 * The lives of up to this many symbols are looked up while the order waits. For more it is enough that the venue lists them: their
 * lives are looked up when a hole needs them, and the caller does not wait for thousands of answers.
 */
const LIVES_LOOKED_UP = 16;

interface Looked {
  readonly symbol: string;
  readonly possible: readonly Source[];
  /** ids of those that do not list it */
  readonly unlisted: readonly string[];
}

/**
 * Refuses a symbol that no chosen venue lists; one that only some list goes on with those. What cannot be a symbol of a
 * source at all is ignored there, as long as it can be one of another. Selectors become the symbols that they stand for,
 * and what a selector chose is left out rather than refused.
 * @param quoteOf as `resolveSymbols` takes it
 * @throws GordonError `unknown-symbol`, `too-many-symbols`, and as `resolveSymbols` does
 */
export async function checkSymbols(
  ports: SymbolPorts,
  order: JobOrder,
  quoteOf?: MakeQuote,
): Promise<JobOrder> {
  const chosen = order.sources.map((id) => ports.sources[id]!);
  const lists = venueLists(ports.venue);
  const resolved = await resolveSymbols(ports, lists, order.symbols, quoteOf);
  const { symbols, selected, listed } = resolved;
  if (symbols.length > MAX_SYMBOLS) throw tooMany(symbols.length);
  const isKnown = symbols.length > LIVES_LOOKED_UP ? isListedByNow : isListed;
  const looked = await pMap(
    symbols,
    async (symbol): Promise<Looked> => {
      const possible = chosen.filter((source) => source.symbolPattern.test(symbol));
      const evidence = { ports, lists, symbol, timeframe: order.timeframe };
      const known = await Promise.all(
        possible.map(async (source) => {
          if (listed.has(`${source.id} ${symbol}`)) return true;
          const answer = isKnown(evidence, source);
          return selected.has(symbol) ? answer.catch(unlessRefused) : answer;
        }),
      );
      // At once: the answers about the others would change nothing.
      if (!known.includes(true) && !selected.has(symbol))
        throw await unknownSymbol(ports, lists, symbol, chosen);
      return { symbol, possible, unlisted: possible.filter((_, i) => !known[i]).map(({ id }) => id) };
    },
    { concurrency: LOOKED_UP_AT_ONCE },
  );
  const taken = looked.filter(({ possible, unlisted }) => unlisted.length < possible.length);
  if (taken.length === 0) throw nothingLeft(order.symbols.join(','), symbols);
  return {
    ...order,
    symbols: taken.map(({ symbol }) => symbol),
    skipped: [
      ...looked.flatMap((one) => leftOut(one, chosen)),
      ...resolved.unreadable.flatMap(({ symbol, sources }) =>
        order.sources.filter((id) => sources.includes(id)).map((id) => `${id} ${symbol}`),
      ),
    ],
  };
}

/** Pairs of source and symbol to leave out. A word that cannot be a symbol of any chosen source is left out of all of them. */
const leftOut = ({ symbol, possible, unlisted }: Looked, chosen: readonly Source[]): string[] =>
  (possible.length > 0 ? unlisted : chosen.map(({ id }) => id)).map((id) => `${id} ${symbol}`);

/** Treats a venue's refusal of a symbol that a list has as "not listed": the order itself is correct. */
function unlessRefused(error: unknown): false {
  if (error instanceof GordonError && error.name === 'PermanentError') return false;
  throw error;
}

interface Evidence {
  readonly ports: SymbolPorts;
  readonly lists: VenueLists;
  readonly symbol: string;
  readonly timeframe: Timeframe;
}

/**
 * Checks what is known of the symbol, the venue's list and, because lists forget, the folders of its archive. A symbol is looked up
 * only if the archive has it and the list has not, or if the venue has no archive.
 */
async function isListedByNow(evidence: Evidence, source: Source): Promise<boolean> {
  const { ports, lists, symbol, timeframe } = evidence;
  if ('listedAt' in source.listing) return true;
  if (await ports.store.listing({ source: source.id, symbol, timeframe })) return true;
  const roster = ports.rosters?.find(({ sources }) => sources.includes(source.id));
  const list = roster && (await lists.listed(roster).catch(whereUnreachable));
  if (list === 'unreachable' || list?.symbols.has(symbol)) return true;
  const archived = list && (await lists.archived(roster!).catch(whereUnreachable));
  if (archived && archived !== 'unreachable' && !archived.has(symbol)) return false;
  return isListed(evidence, source);
}

async function isListed({ ports, symbol, timeframe }: Evidence, source: Source): Promise<boolean> {
  // What the adapter itself proposes needs no proof; its life is looked up when a hole needs it.
  if (source.defaultSymbols.includes(symbol) || source.optInSymbols?.includes(symbol)) return true;
  try {
    await currentListing(ports, source, { source: source.id, symbol, timeframe });
    return true;
  } catch (error) {
    if (error instanceof GordonError && error.code === 'unknown-symbol') return false;
    return whereUnreachable(error) === 'unreachable';
  }
}

/** A venue that cannot be reached now is no reason to refuse: the archive may have the rows, and the job will show it. */
function whereUnreachable(error: unknown): 'unreachable' {
  if (error instanceof BudgetExhausted) return 'unreachable';
  const isRefusing = error instanceof GordonError && error.code === 'region-refused';
  if (isRefusing || (error instanceof GordonError && error.name === 'RetryableVenueError'))
    return 'unreachable';
  throw error;
}

const tooMany = (count: number): GordonError =>
  badRequest(
    'too-many-symbols',
    'the order',
    `${count} symbols are more than the ${MAX_SYMBOLS} of one job.`,
    'Make several orders, or choose fewer, such as @usdt-perps:500.',
  );

const nothingLeft = (word: string, symbols: readonly string[]): GordonError =>
  badRequest(
    'empty-selection',
    word,
    `the sources have none of what it chose (${symbols.slice(0, 3).join(', ')}).`,
  );
