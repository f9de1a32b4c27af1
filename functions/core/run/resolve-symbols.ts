import { badRequest } from '../bad-request.ts';
import { BudgetExhausted, GordonError } from '../errors.ts';
import type { VenueClient } from '../ports.ts';
import { isSelector, readSelector, select, type Universe } from '../universe.ts';
import type { HttpRequest } from '../venue.ts';

export interface ResolvePorts {
  readonly venue: VenueClient;
  readonly universes?: readonly Universe[];
}

export interface Resolved {
  readonly symbols: readonly string[];
  /** those that a selector chose: that another venue lacks one is no mistake of the order */
  readonly selected: ReadonlySet<string>;
  /** `source symbol` pairs that a venue's list has just proven */
  readonly listed: ReadonlySet<string>;
}

/**
 * Puts symbols in the place of selectors, as the venue lists and trades them now.
 * @throws GordonError `invalid-selector`, `empty-selection`, and what venues throw
 */
export async function resolveSymbols(ports: ResolvePorts, words: readonly string[]): Promise<Resolved> {
  const symbols: string[] = [];
  const selected = new Set<string>();
  const listed = new Set<string>();
  for (const word of words) {
    if (!isSelector(word)) {
      symbols.push(word);
      continue;
    }
    const selector = readSelector(word);
    const universe = ports.universes?.find(({ market }) => market === selector.market);
    const chosen = universe ? await chosenOf(ports, universe, word) : [];
    if (chosen.length === 0) throw nothing(word, selector.quote);
    symbols.push(...chosen);
    for (const symbol of chosen) selected.add(symbol);
    for (const id of universe?.sources ?? []) for (const symbol of chosen) listed.add(`${id} ${symbol}`);
  }
  return { symbols: [...new Set(symbols)], selected, listed };
}

async function chosenOf({ venue }: ResolvePorts, universe: Universe, word: string): Promise<string[]> {
  const selector = readSelector(word);
  const ask = async (request: HttpRequest): Promise<Uint8Array> => {
    try {
      const answer = await venue.get(request);
      if (answer) return answer.body;
    } catch (error) {
      if (!(error instanceof BudgetExhausted)) throw error;
      throw noAnswer(word, error.message, error);
    }
    throw noAnswer(word, `${request.path} does not exist`);
  };
  const instruments = universe.parseInstruments(await ask(universe.instruments));
  // Volumes cost as much as forty requests; who wants all of them needs no order.
  if (selector.top === undefined) return select(selector, instruments);
  return select(selector, instruments, universe.parseVolumes(await ask(universe.volumes)));
}

const nothing = (word: string, quote: string): GordonError =>
  badRequest('empty-selection', word, `nothing that trades in ${quote} is listed there.`, undefined, 422);

const noAnswer = (subject: string, why: string, cause?: unknown): GordonError =>
  new GordonError({
    name: 'RetryableVenueError',
    code: 'no-listing',
    subject,
    status: 503,
    cause,
    message: `the venue's list cannot be had now (${why}).`,
    remedy: 'Order again in a minute, or name the symbols.',
  });
