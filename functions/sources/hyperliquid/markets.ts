import type { Instrument, Roster } from '../../core/series/universe.ts';
import type { HttpRequest } from '../../core/series/venue.ts';
import { malformed, readJson } from '../rest/malformed.ts';
import { info } from './venue.ts';

/** A market, as our tables name it. */
export type Market = 'perp' | 'spot';

/** The list of all perpetuals of the main exchange, or of all spot pairs. */
export const listRequest = (market: Market): HttpRequest =>
  info({ type: market === 'perp' ? 'meta' : 'spotMeta' });

/** The pair with the number 0 is the only one with a name, which no file or path could have. */
const FIRST_PAIR = { symbol: '@0', coin: 'PURR/USDC' } as const;

/** What requests and answers call a symbol: spot pairs are called by their number in the list, except the first. */
export const coinOf = (symbol: string): string => (symbol === FIRST_PAIR.symbol ? FIRST_PAIR.coin : symbol);

const symbolOf = (coin: string): string => (coin === FIRST_PAIR.coin ? FIRST_PAIR.symbol : coin);

interface Entry {
  readonly name: string;
  readonly isDelisted: boolean;
  /** numbers of the tokens of a spot pair: base and quote */
  readonly tokens: readonly unknown[];
}

function entriesIn(body: Uint8Array): {
  readonly entries: readonly Entry[];
  readonly tokens: readonly unknown[];
} {
  const { universe, tokens = [] } = (readJson(body, 'meta') ?? {}) as {
    universe?: unknown;
    tokens?: unknown;
  };
  if (!Array.isArray(universe) || !Array.isArray(tokens))
    throw malformed('meta', 'the answer has no universe.');
  const entries = universe.flatMap((entry): Entry[] => {
    const { name, isDelisted, tokens: pair } = (entry ?? {}) as Record<string, unknown>;
    if (typeof name !== 'string') return [];
    return [{ name, isDelisted: isDelisted === true, tokens: Array.isArray(pair) ? pair : [] }];
  });
  if (entries.length === 0 && universe.length > 0) throw malformed('meta', 'no entry of it can be read.');
  return { entries, tokens };
}

/**
 * Whether a market trades. What was delisted stays in the list, because places in it are names elsewhere.
 * @throws GordonError `malformed-rows`
 */
export const isTrading = (body: Uint8Array, symbol: string): boolean =>
  entriesIn(body).entries.some(({ name, isDelisted }) => name === coinOf(symbol) && !isDelisted);

const roster = (market: Market, sources: readonly string[]): Roster => ({
  sources,
  instruments: listRequest(market),
  parseInstruments(body) {
    const { entries, tokens } = entriesIn(body);
    const names = new Map(
      tokens.map((token) => {
        const { index, name } = (token ?? {}) as Record<string, unknown>;
        return [index, String(name)];
      }),
    );
    return entries.map(({ name, isDelisted, tokens: pair }): Instrument => {
      const quote = market === 'perp' ? 'USD' : (names.get(pair[1]) ?? '');
      return {
        symbol: symbolOf(name),
        quote,
        status: isDelisted ? 'delisted' : 'listed',
        trading: !isDelisted,
      };
    });
  },
});

/** The lists of perpetuals and of spot pairs. */
export const hyperliquidRosters: readonly Roster[] = [
  roster('perp', ['klines_hyperliquid_perp', 'funding_hyperliquid']),
  roster('spot', ['klines_hyperliquid_spot']),
];
