import type { Instrument, Universe } from '../../core/universe.ts';
import type { HttpRequest } from '../../core/venue.ts';
import { malformed, readJson } from '../malformed.ts';
import { binanceFamilies, binanceHosts } from './hosts.ts';
import { binance } from './venue.ts';

const spot = (path: string, weight: number): HttpRequest => ({
  venue: binance,
  host: binanceHosts.spot,
  family: binanceFamilies.spot,
  path,
  weight,
});
const usdm = (path: string, weight: number): HttpRequest => ({
  venue: binance,
  host: binanceHosts.usdm,
  family: binanceFamilies.usdm,
  path,
  weight,
});

/** Binance's markets, for selectors such as `@usdt-perps:50`. Bybit's perpetuals have mostly the same symbols. */
export const universes: readonly Universe[] = [
  {
    venue: 'binance',
    market: 'spot',
    sources: ['klines_spot'],
    instruments: spot('/api/v3/exchangeInfo', 20),
    parseInstruments: (body) => listIn(body, 'symbols').map(instrumentOf),
    volumes: spot('/api/v3/ticker/24hr', 80),
    parseVolumes: volumesIn,
  },
  {
    venue: 'binance',
    market: 'perps',
    sources: ['klines_perp', 'funding_binance', 'open_interest_binance'],
    instruments: usdm('/fapi/v1/exchangeInfo', 1),
    // Contracts that end at a quarter have an underscore in their symbol and no place in our tables.
    parseInstruments: (body) =>
      listIn(body, 'symbols')
        .filter(({ contractType }) => contractType === 'PERPETUAL')
        .map(instrumentOf),
    volumes: usdm('/fapi/v1/ticker/24hr', 40),
    parseVolumes: volumesIn,
  },
];

type Entry = Readonly<Record<string, unknown>>;

/** What the venue writes for a perpetual without an end lies in the year 2100. */
const NO_END = Date.UTC(2100, 0);

function instrumentOf({ symbol, quoteAsset, status, onboardDate, deliveryDate }: Entry): Instrument {
  if (typeof symbol !== 'string' || typeof quoteAsset !== 'string' || typeof status !== 'string') {
    throw malformed('exchangeInfo', 'an entry has no symbol, quoteAsset or status.');
  }
  const ends = typeof deliveryDate === 'number' && deliveryDate < NO_END;
  return {
    symbol,
    status,
    quote: quoteAsset,
    trading: status === 'TRADING',
    ...(typeof onboardDate === 'number' && { listedAt: onboardDate }),
    ...(ends && { delistedAt: deliveryDate }),
  };
}

function volumesIn(body: Uint8Array): Map<string, number> {
  const entries = listIn(body).map(({ symbol, quoteVolume }) => {
    const volume = Number(quoteVolume);
    if (typeof symbol !== 'string' || !(volume >= 0)) {
      throw malformed('ticker/24hr', `${String(symbol)} has the volume ${String(quoteVolume)}.`);
    }
    return [symbol, volume] as const;
  });
  return new Map(entries);
}

function listIn(body: Uint8Array, field?: string): readonly Entry[] {
  const parsed = readJson(body, 'the listing') as Entry | readonly Entry[] | null;
  const list = field === undefined ? parsed : (parsed as Entry | null)?.[field];
  if (!Array.isArray(list)) throw malformed('the listing', 'the answer is no list of symbols.');
  return list;
}
