import { badRequest } from '../errors/bad-request.ts';
import { BudgetExhausted, GordonError } from '../errors/errors.ts';
import { nearest, spellingOf } from '../series/names/spelling.ts';
import type { Source } from '../series/source.ts';
import type { Roster } from '../series/universe.ts';
import type { VenueLists } from './venue-lists.ts';

/** The error for a symbol that no source lists, with the right spelling if the venues' lists or the symbol itself show it. */
export async function unknownSymbol(
  { rosters = [] }: { readonly rosters?: readonly Roster[] },
  lists: VenueLists,
  word: string,
  chosen: readonly Source[],
): Promise<GordonError> {
  const meant = await meantBy(rosters, lists, word, chosen);
  const { settles } = spellingOf(word);
  const who = chosen.map(({ id }) => id).join(' and ');
  // COIN-M's source has quarterly contracts, and refuses one that the venue never listed.
  const isFuture = settles !== undefined && !chosen.some(({ symbolPattern }) => symbolPattern.test(word));
  const message = isFuture
    ? `it is a dated future that settles on ${settles}, and ${who} ${chosen.length > 1 ? 'take' : 'takes'} no dated futures.`
    : `${who} do not list it.`;
  return badRequest('unknown-symbol', word, message, remedyFor(meant, isFuture, chosen));
}

function remedyFor(meant: readonly string[], isFuture: boolean, chosen: readonly Source[]): string {
  const [first] = meant;
  if (first === undefined) {
    const example = chosen[0]!.defaultSymbols[0];
    return `Check the spelling: symbols are written as the venue writes them, such as ${example}.`;
  }
  if (isFuture) return `Order the perpetual: ${first}.`;
  return meant.length === 1 ? `Write ${first}.` : `Write one of: ${meant.join(', ')}.`;
}

/** By the lists of the chosen sources' venues; where none can be had, by the spelling alone. */
async function meantBy(
  rosters: readonly Roster[],
  lists: VenueLists,
  word: string,
  chosen: readonly Source[],
): Promise<readonly string[]> {
  const symbols = new Set(
    chosen.flatMap(({ defaultSymbols, optInSymbols = [] }) => [...defaultSymbols, ...optInSymbols]),
  );
  let isListed = false;
  for (const roster of rosters) {
    if (!chosen.some(({ id }) => roster.sources.includes(id))) continue;
    const list = await lists.listed(roster).catch(whereRefused);
    for (const symbol of list?.symbols ?? []) symbols.add(symbol);
    isListed ||= list !== undefined;
  }
  const found = nearest(symbols, word);
  if (isListed || found.length > 0) return found;
  const { symbol } = spellingOf(word);
  return symbol !== word && chosen.some(({ symbolPattern }) => symbolPattern.test(symbol)) ? [symbol] : [];
}

/** A suggestion is not worth another error. */
function whereRefused(error: unknown): undefined {
  if (error instanceof BudgetExhausted || error instanceof GordonError) return undefined;
  throw error;
}
