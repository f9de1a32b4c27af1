import type { Instrument, Roster } from '../../core/series/universe.ts';
import type { HttpRequest } from '../../core/series/venue.ts';
import { numberIn } from '../csv/numbers.ts';
import { malformed } from '../rest/malformed.ts';
import { isInstant } from '../rest/values.ts';
import { dataIn } from './envelope.ts';
import { okx, okxHost, okxInstruments } from './venue.ts';

/** A market by the venue's name for it. */
export type Market = 'spot' | 'swap';

const instruments = (market: Market, symbol?: string): HttpRequest => ({
  venue: okx,
  host: okxHost,
  family: okxInstruments,
  path: '/api/v5/public/instruments',
  query: { instType: market.toUpperCase(), ...(symbol !== undefined && { instId: symbol }) },
  ...(symbol !== undefined && { symbol }),
});

/** Requests what the venue lists of one instrument. */
export const instrumentRequest = (market: Market, symbol: string): HttpRequest => instruments(market, symbol);

/**
 * One instrument in an answer of `instruments`.
 * @returns undefined when it is not listed there
 * @throws GordonError `malformed-rows`
 */
export function instrumentIn(body: Uint8Array, symbol: string): Instrument | undefined {
  const found = dataIn(body, symbol).find(
    (entry) => (entry as { instId?: unknown } | null)?.instId === symbol,
  );
  return found === undefined ? undefined : instrumentOf(found);
}

/** What OKX lists of a market, on one page. A swap's quote is what its price is in: `USDT` of `BTC-USDT-SWAP`. */
const rosterOf = (market: Market): Roster => ({
  sources: [`klines_okx_${market}`],
  instruments: instruments(market),
  parseInstruments(body) {
    const entries = dataIn(body, 'instruments');
    const read = entries.map(instrumentOf).filter((one) => one !== undefined);
    if (read.length === 0 && entries.length > 0)
      throw malformed('instruments', 'no entry of it can be read.');
    return read;
  },
});

/** The lists of spot and of swaps. */
export const okxRosters: readonly Roster[] = [rosterOf('spot'), rosterOf('swap')];

function instrumentOf(entry: unknown): Instrument | undefined {
  const { instId, state, listTime } = (entry ?? {}) as Record<string, unknown>;
  if (typeof instId !== 'string' || typeof state !== 'string') return undefined;
  const listedAt = typeof listTime === 'string' ? numberIn(listTime) : undefined;
  return {
    symbol: instId,
    quote: instId.split('-')[1] ?? '',
    status: state,
    trading: state === 'live',
    ...(listedAt !== undefined && isInstant(listedAt) && { listedAt }),
  };
}
