import { badRequest } from '../errors/bad-request.ts';
import { BudgetExhausted, GordonError } from '../errors/errors.ts';
import type { VenueClient } from '../fetch/ports.ts';
import { isSelector, readSelector, type Selector, select, type Universe } from '../series/universe.ts';
import { type DatedPorts, datedSymbols, type MakeQuote } from './dated-symbols.ts';
import type { VenueList, VenueLists } from './venue-lists.ts';

export interface ResolvePorts extends DatedPorts {
  readonly venue: VenueClient;
  readonly universes?: readonly Universe[];
}

export interface Resolved {
  readonly symbols: readonly string[];
  /** those that a selector chose: the order is valid even if a venue does not list one of them */
  readonly selected: ReadonlySet<string>;
  /** `source symbol` pairs that a venue's list has just proven */
  readonly listed: ReadonlySet<string>;
  /** of what selectors look through, entries of the venue's list that cannot be read, with the sources that go without them */
  readonly unreadable: readonly { readonly symbol: string; readonly sources: readonly string[] }[];
}

/**
 * Replaces selectors by symbols, as the venue lists and trades them now, or as it listed them at the selector's date.
 * @param quoteOf what it would take to load the candles that a selector with a date is missing
 * @throws GordonError `invalid-selector`, `empty-selection`, as `datedSymbols` does, and what venues throw
 */
export async function resolveSymbols(
  ports: ResolvePorts,
  lists: VenueLists,
  words: readonly string[],
  quoteOf?: MakeQuote,
): Promise<Resolved> {
  const symbols: string[] = [];
  const selected = new Set<string>();
  const listed = new Set<string>();
  const unreadable: { symbol: string; sources: readonly string[] }[] = [];
  for (const word of words) {
    if (!isSelector(word)) {
      symbols.push(word);
      continue;
    }
    const selector = readSelector(word);
    const universe = ports.universes?.find(({ market }) => market === selector.market);
    if (!universe) throw emptySelection(word, selector.quote);
    const { at } = selector;
    const list =
      at === undefined ? await orNone(word, universe.instruments.path, lists.listed(universe)) : undefined;
    const chosen = list
      ? await selectSymbols(ports, universe, list, word, selector)
      : await datedSymbols(ports, universe, word, { ...selector, at: at! }, quoteOf);
    if (chosen.length === 0) throw emptySelection(word, selector.quote);
    symbols.push(...chosen);
    for (const symbol of chosen) selected.add(symbol);
    for (const id of universe.sources) for (const symbol of chosen) listed.add(`${id} ${symbol}`);
    unreadable.push(...(list?.unreadable ?? []).map((symbol) => ({ symbol, sources: universe.sources })));
  }
  return { symbols: [...new Set(symbols)], selected, listed, unreadable };
}

async function selectSymbols(
  { venue }: ResolvePorts,
  universe: Universe,
  { instruments }: VenueList,
  word: string,
  selector: Selector,
): Promise<string[]> {
  // Volumes cost as much as forty requests, and a selector without a number needs no ranking.
  if (selector.top === undefined) return select(selector, instruments);
  const { body } = await orNone(word, universe.volumes.path, venue.get(universe.volumes));
  return select(selector, instruments, universe.parseVolumes(body));
}

async function orNone<T>(word: string, path: string, answer: Promise<T | undefined>): Promise<T> {
  try {
    const given = await answer;
    if (given) return given;
  } catch (error) {
    if (!(error instanceof BudgetExhausted)) throw error;
    throw noAnswer(word, error.message, error);
  }
  throw noAnswer(word, `${path} does not exist`);
}

/** The error for a selector that chooses no symbol: `empty-selection`. */
export const emptySelection = (word: string, quote: string): GordonError =>
  badRequest('empty-selection', word, `nothing that trades in ${quote} is listed there.`);

const noAnswer = (subject: string, why: string, cause?: unknown): GordonError =>
  new GordonError({
    code: 'no-listing',
    subject,
    status: 503,
    cause,
    message: `the venue's list cannot be had now (${why}).`,
  });
