import type { Instrument, Universe } from '../../core/series/universe.ts';
import type { HttpRequest } from '../../core/series/venue.ts';
import { malformed, readJson } from '../rest/malformed.ts';
import { NO_END } from './exchange-info.ts';
import { binanceFamilies, binanceHosts } from './hosts.ts';
import { symbolFolders } from './listing.ts';
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
    dated: 'spot',
    sources: ['klines_spot'],
    instruments: spot('/api/v3/exchangeInfo', 20),
    parseInstruments: (body) => instrumentsIn(listIn(body, 'symbols')),
    unreadable: (body) => unreadableIn(listIn(body, 'symbols')),
    archived: ['monthly', 'daily'].map((tree) => symbolFolders(`/data/spot/${tree}/klines/`)),
    volumes: spot('/api/v3/ticker/24hr', 80),
    parseVolumes: volumesIn,
  },
  {
    venue: 'binance',
    market: 'perps',
    dated: 'usdm',
    sources: [
      'klines_perp',
      'funding_binance',
      'open_interest_binance',
      'ratio_global_accounts',
      'ratio_taker_volume',
      'ratio_top_accounts',
      'ratio_top_positions',
    ],
    instruments: usdm('/fapi/v1/exchangeInfo', 1),
    parseInstruments: (body) => instrumentsIn(perpetualsIn(body)),
    unreadable: (body) => unreadableIn(perpetualsIn(body)),
    archived: ['monthly', 'daily'].map((tree) => symbolFolders(`/data/futures/um/${tree}/klines/`)),
    volumes: usdm('/fapi/v1/ticker/24hr', 40),
    parseVolumes: volumesIn,
  },
];

type Entry = Readonly<Record<string, unknown>> | null;

/**
 * Quarterly contracts are not stored. `TRADIFI_PERPETUAL` is about a share or a metal: its exchange closes, but the perpetual
 * trades around the clock.
 */
const perpetualsIn = (body: Uint8Array): readonly Entry[] =>
  listIn(body, 'symbols').filter((entry) => /^(?:\w+_)?PERPETUAL$/.test(String(entry?.contractType)));

function instrumentOf(entry: Entry): Instrument | undefined {
  const { symbol, quoteAsset, status, onboardDate, deliveryDate } = entry ?? {};
  if (typeof symbol !== 'string' || typeof quoteAsset !== 'string' || typeof status !== 'string') {
    return undefined;
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

const instrumentsIn = (entries: readonly Entry[]): readonly Instrument[] =>
  readable('exchangeInfo', entries, instrumentOf);

const unreadableIn = (entries: readonly Entry[]): readonly string[] =>
  entries.filter((entry) => !instrumentOf(entry)).map((entry) => String(entry?.symbol ?? 'a nameless entry'));

function volumesIn(body: Uint8Array): Map<string, number> {
  const volumes = readable('ticker/24hr', listIn(body), (entry) => {
    const { symbol, quoteVolume } = entry ?? {};
    const volume = Number(quoteVolume);
    return typeof symbol === 'string' && volume >= 0 ? ([symbol, volume] as const) : undefined;
  });
  return new Map(volumes);
}

/** One bad entry does not affect the others; a list in another shape is refused. */
function readable<T>(
  subject: string,
  entries: readonly Entry[],
  read: (entry: Entry) => T | undefined,
): readonly T[] {
  const all = entries.map(read).filter((one) => one !== undefined);
  if (all.length === 0 && entries.length > 0) throw malformed(subject, 'no entry of it can be read.');
  return all;
}

function listIn(body: Uint8Array, field?: string): readonly Entry[] {
  const parsed = readJson(body, 'the listing') as Entry | readonly Entry[];
  const list = field === undefined ? parsed : (parsed as Entry)?.[field];
  if (!Array.isArray(list)) throw malformed('the listing', 'the answer is not a list of symbols.');
  return list;
}
