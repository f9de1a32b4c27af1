import type { DatedArchive, DatedInstrument, DatedMarket } from '../../core/listing/dated/market.ts';
import type { HttpRequest } from '../../core/series/venue.ts';
import { malformed } from '../rest/malformed.ts';
import { type ArchiveFolder, klineArchive } from './archive.ts';
import { entriesIn, NO_END } from './exchange-info.ts';
import { binanceFamilies, binanceHosts } from './hosts.ts';
import { TRADES_COLUMN } from './klines/klines.ts';
import { symbolFolders } from './listing.ts';
import { binance } from './venue.ts';

const exchangeInfo = (market: 'spot' | 'usdm' | 'coinm', path: string, weight: number): HttpRequest => ({
  venue: binance,
  host: binanceHosts[market],
  // USD-M and COIN-M share one pool of weight.
  family: binanceFamilies[market === 'spot' ? 'spot' : 'usdm'],
  path,
  weight,
});

const archiveOf = (folder: ArchiveFolder, outlives: boolean): DatedArchive => ({
  folders: ['monthly', 'daily'].map((tree) => symbolFolders(`/data/${folder}/${tree}/klines/`)),
  month: klineArchive(folder, 'month'),
  day: klineArchive(folder, 'day'),
  trades: TRADES_COLUMN,
  outlives,
});

/** Quotes of symbols that ended: lists of today have most of them no more. */
const SPOT_QUOTES =
  'USDT USDC BUSD TUSD FDUSD USDP PAX USDS USD1 DAI VAI UST BTC ETH BNB XRP TRX DOGE DOT SOL EUR EURI AEUR GBP AUD TRY RUB UAH BRL NGN ZAR PLN RON ARS MXN COP CZK JPY IDRT BIDR BVND BKRW'.split(
    ' ',
  );

/** `BTCUSD_PERP`, `BTCUSD_261225`: no symbol of USD-M is like it. */
const COINM = /USD_(?:PERP|\d{6})$/;

/** Every symbol of Binance spot, USD-M and COIN-M. The folders of its archive keep what the lists forget. */
export const binanceDated: readonly DatedMarket[] = [
  {
    venue: 'binance',
    market: 'spot',
    contracts: ['spot'],
    lists: [exchangeInfo('spot', '/api/v3/exchangeInfo', 20)],
    parse: (body) => instrumentsIn(body).map(spotInstrument),
    history: 'spot',
    sources: ['klines_spot'],
    quotes: SPOT_QUOTES,
    archive: archiveOf('spot', false),
  },
  {
    venue: 'binance',
    market: 'usdm',
    contracts: ['perpetual', 'delivery'],
    symbols: new RegExp(`^(?!.*${COINM.source})`),
    lists: [exchangeInfo('usdm', '/fapi/v1/exchangeInfo', 1)],
    parse: (body) => instrumentsIn(body).map(usdmInstrument),
    history: 'perps',
    sources: ['klines_perp'],
    quotes: ['USDT', 'USDC', 'BUSD', 'BTC', 'USD1', 'U'],
    archive: archiveOf('futures/um', true),
  },
  {
    venue: 'binance',
    market: 'coinm',
    contracts: ['perpetual', 'delivery'],
    symbols: COINM,
    lists: [exchangeInfo('coinm', '/dapi/v1/exchangeInfo', 1)],
    // `contractStatus`, where USD-M has `status`.
    parse: (body) =>
      instrumentsIn(body).map((one) => usdmInstrument({ ...one, status: one?.contractStatus })),
    sources: ['klines_coinm'],
    quotes: ['USD'],
    archive: archiveOf('futures/cm', true),
  },
];

type Entry = Readonly<Record<string, unknown>>;

const instrumentsIn = (body: Uint8Array) => entriesIn(body, 'exchangeInfo') as readonly Entry[];

function spotInstrument(entry: Entry): DatedInstrument {
  const { symbol, baseAsset: base, quoteAsset: quote, status } = entry;
  if (![symbol, base, quote, status].every(isName)) throw unreadable(entry);
  return {
    symbol: symbol as string,
    base: base as string,
    quote: quote as string,
    contract: 'spot',
    trading: status === 'TRADING',
  };
}

function usdmInstrument(entry: Entry): DatedInstrument {
  const { contractType, onboardDate, deliveryDate } = entry;
  const isPerpetual = /^(?:\w+_)?PERPETUAL$/.test(String(contractType));
  const ends = typeof deliveryDate === 'number' && deliveryDate < NO_END;
  return {
    ...spotInstrument(entry),
    contract: isPerpetual ? 'perpetual' : 'delivery',
    ...(typeof onboardDate === 'number' && { listedAt: onboardDate }),
    ...(ends && { delistedAt: deliveryDate }),
  };
}

const isName = (value: unknown): boolean => typeof value === 'string' && value !== '';

const unreadable = (entry: Entry) =>
  malformed('exchangeInfo', `an entry cannot be read: ${JSON.stringify(entry).slice(0, 120)}.`);
