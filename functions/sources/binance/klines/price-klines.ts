import { MARKET_SYMBOL } from '../../../core/series/names/spelling.ts';
import { type Series, seriesLabel } from '../../../core/series/series.ts';
import type { ArchiveTier, ListingProbe, PagesTier, Parsed, Source } from '../../../core/series/source.ts';
import type { Column } from '../../../core/series/table.ts';
import { MINUTE, SECOND } from '../../../core/time/time.ts';
import { STEPS, type Timeframe } from '../../../core/time/timeframe.ts';
import { malformed } from '../../rest/malformed.ts';
import { type KlineDataset, klineArchive } from '../archive.ts';
import { COINM_SPAN, COINM_SYMBOL, coinmListing } from '../coinm.ts';
import { statusIn } from '../exchange-info.ts';
import { binanceFamilies, binanceHosts } from '../hosts.ts';
import { USDM_PAGES, usdmRequest } from '../usdm.ts';
import { candleTable, float } from './candle-table.ts';
import { klineCsvParser } from './kline-csv.ts';
import { parseKlineJson } from './kline-json.ts';
import { type KlineRoute, klineEnds, klinePages } from './kline-route.ts';

/** What differs between the two futures markets. */
export interface PricedContracts extends Pick<KlineRoute, 'host' | 'spanMs'> {
  /** in the archive */
  readonly folder: 'futures/um' | 'futures/cm';
  /** the route, without its last part */
  readonly path: string;
  readonly defaultSymbols: readonly string[];
  readonly symbolPattern: RegExp;
  /** the life of a series; absent: its first and last candle, and the state of what it is about */
  readonly listing?: ListingProbe;
}

const USDM: PricedContracts = {
  folder: 'futures/um',
  host: binanceHosts.usdm,
  path: '/fapi/v1',
  defaultSymbols: ['BTCUSDT', 'ETHUSDT'],
  symbolPattern: MARKET_SYMBOL,
};

export const coinmPrices: PricedContracts = {
  folder: 'futures/cm',
  host: binanceHosts.coinm,
  path: '/dapi/v1',
  spanMs: COINM_SPAN,
  defaultSymbols: ['BTCUSD_PERP', 'ETHUSD_PERP'],
  symbolPattern: COINM_SYMBOL,
  listing: coinmListing,
};

/** What differs between mark price, index price and premium index. */
export interface PriceMarket {
  /** of which contracts; absent: those of USD-M */
  readonly of?: PricedContracts;
  readonly id: string;
  readonly title: string;
  readonly table: string;
  /** the table with what is computed from its columns */
  readonly view: string;
  /** the folder in the archive, and the end of the route */
  readonly dataset: Exclude<KlineDataset, 'klines'>;
  /** the parameter that names the series: an index is that of a pair */
  readonly named: 'symbol' | 'pair';
  /** it is a difference of prices, and may be negative */
  readonly signed?: true;
}

/**
 * Makes the source of candles of a price that the venue computes. Nothing is traded at it: every volume is zero, and the column
 * that counts trades in other candles counts samples. So no row shows that a contract has ended, and the first one is not the
 * contract's listing: an index is older than the contracts on it.
 */
export function priceKlines(market: PriceMarket): Source {
  const { id, title, table, view, dataset, named, signed, of = USDM } = market;
  const { host, path, spanMs, folder, defaultSymbols, symbolPattern } = of;
  const route: KlineRoute = {
    host,
    family: binanceFamilies.usdm,
    path: `${path}/${dataset}`,
    pages: USDM_PAGES,
    named,
    ...(spanMs !== undefined && { spanMs }),
  };
  const listing: ListingProbe = of.listing ?? {
    ...klineEnds(route),
    status: () => usdmRequest('/fapi/v1/exchangeInfo', {}),
    isTrading: (body, { symbol }) => statusIn(body, symbol, named) === 'TRADING',
  };
  return {
    id,
    family: 'klines',
    byName: true,
    title,
    table: { ...candleTable(table, view, SAMPLED), ...(signed && { signed }) },
    timeframes: (Object.keys(STEPS) as Timeframe[]).filter((timeframe) => timeframe !== '1s'),
    defaultTimeframe: '1m',
    defaultSymbols,
    symbolPattern,
    chunkUnit: () => 'month',
    finalAfterMs: 2 * SECOND,
    settleMs: 10 * MINUTE,
    refreshEveryMs: MINUTE,
    tiers: [
      klineArchive(folder, 'month', dataset, priceCsvParser),
      klineArchive(folder, 'day', dataset, priceCsvParser),
      klinePages(route, parsePriceJson),
    ],
    listing,
  };
}

const SAMPLED: readonly Column[] = [
  ...['open', 'high', 'low', 'close'].map(float),
  { name: 'samples', type: 'int4' },
];

const priceCsvParser: ArchiveTier['parser'] = (series, expected) => {
  const parser = klineCsvParser(series, expected);
  const priced = (parsed: Parsed | undefined) => parsed && withoutVolume(parsed, series);
  return { push: (bytes) => priced(parser.push(bytes)), end: () => priced(parser.end()) };
};

const parsePriceJson: PagesTier['parse'] = (body, series, asOf) => {
  const parsed = parseKlineJson(body, series, asOf);
  return { ...withoutVolume(parsed, series), rowsInBody: parsed.rowsInBody };
};

/** Places of the columns of contract candles. */
const VOLUME = 7;
const KEPT = [0, 1, 2, 3, 4, 5, 6, 9] as const;

/**
 * Candles of a contract have a volume. Their files have the same names, so a cache or a mirror may have mixed them up.
 * @throws GordonError `malformed-rows`
 */
function withoutVolume({ batch, findings }: Parsed, series: Series): Parsed {
  const volumes = batch.columns[VOLUME];
  const traded = volumes instanceof Float64Array ? volumes.findIndex((volume) => volume !== 0) : -1;
  if (traded >= 0) {
    const volume = (volumes as Float64Array)[traded];
    throw malformed(
      seriesLabel(series),
      `row ${traded + 1} has a volume of ${volume}: it is a candle of the contract.`,
    );
  }
  return { batch: { ...batch, columns: KEPT.map((place) => batch.columns[place]!) }, findings };
}
