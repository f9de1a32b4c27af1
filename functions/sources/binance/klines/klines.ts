import { MARKET_SYMBOL } from '../../../core/series/names/spelling.ts';
import type { Series } from '../../../core/series/series.ts';
import type { ListingProbe, PagesTier, Source } from '../../../core/series/source.ts';
import type { Column, TableSpec } from '../../../core/series/table.ts';
import type { Host, HttpRequest, LimitFamily } from '../../../core/series/venue.ts';
import type { PeriodUnit } from '../../../core/time/period.ts';
import { HOUR, MINUTE, SECOND } from '../../../core/time/time.ts';
import { stepOf, type Timeframe } from '../../../core/time/timeframe.ts';
import { klineArchive } from '../archive.ts';
import { statusIn } from '../exchange-info.ts';
import { binance } from '../venue.ts';
import { endsUntraded, openTimesIn, parseKlineJson } from './kline-json.ts';

/** Place of `trades` among the columns of `klineTable`. */
export const TRADES_COLUMN = 9;

/** What differs between spot and the perpetuals. */
export interface KlineMarket {
  readonly id: string;
  readonly title: string;
  readonly table: string;
  /** the table with what is computed from its columns */
  readonly view: string;
  readonly timeframes: readonly Timeframe[];
  /** the market's folder in the archive */
  readonly folder: 'spot' | 'futures/um';
  readonly host: Host;
  readonly family: LimitFamily;
  readonly path: string;
  /** page sizes with their weight, smallest first; the last one is the largest that is allowed */
  readonly pages: readonly { readonly limit: number; readonly weight: number }[];
  status(symbol: string): Pick<HttpRequest, 'path' | 'query' | 'weight'>;
}

/** Makes the source of one market's candles. */
export function klines(market: KlineMarket): Source {
  const archives = [klineArchive(market.folder, 'month'), klineArchive(market.folder, 'day')];
  return {
    id: market.id,
    family: 'klines',
    title: market.title,
    table: klineTable(market.table, market.view),
    timeframes: market.timeframes,
    defaultTimeframe: '1m',
    defaultSymbols: ['BTCUSDT', 'ETHUSDT'],
    symbolPattern: MARKET_SYMBOL,
    chunkUnit: (timeframe): PeriodUnit => (timeframe === '1s' ? 'day' : 'month'),
    finalAfterMs: 2 * SECOND,
    settleMs: 10 * MINUTE,
    refreshEveryMs: MINUTE,
    tiers: [...archives, restPages(market)],
    traded: {
      tiers: archives,
      series: (series) => series,
      count: TRADES_COLUMN,
      frozen: { column: TRADES_COLUMN, value: 0, forMs: HOUR },
    },
    listing: listingProbe(market),
  };
}

/** The table of one market's candles and its view, as `sql/` creates them. */
export function klineTable(name: string, view: string): TableSpec {
  const number = (column: string) => ({ name: column, type: 'float8' as const });
  const key: readonly Column[] = [
    { name: 'symbol', type: 'text' },
    { name: 'timeframe', type: 'text' },
    { name: 'open_time', type: 'timestamptz' },
  ];
  const values: readonly Column[] = [
    ...['open', 'high', 'low', 'close', 'volume', 'quote_volume'].map(number),
    { name: 'trades', type: 'int4' },
    ...['taker_buy_volume', 'taker_buy_quote_volume'].map(number),
  ];
  return {
    name,
    time: 'open_time',
    columns: [...key, ...values],
    key: key.map((column) => column.name),
    view: { name: view, columns: [...key, { name: 'close_time', type: 'timestamptz' }, ...values] },
    renamed: { time: 'open_time' },
  };
}

function restPages(market: KlineMarket): PagesTier {
  const largest = market.pages.at(-1)!;
  return {
    kind: 'pages',
    name: 'rest',
    direction: 'forward',
    pageRows: largest.limit,
    request(series, range): HttpRequest {
      const rows = (range.end - range.start) / stepOf(series.timeframe);
      const page = market.pages.find(({ limit }) => limit >= rows) ?? largest;
      return {
        ...baseRequest(market, page),
        // The venue's bounds are both inclusive, on the open time.
        query: {
          symbol: series.symbol,
          interval: series.timeframe,
          startTime: range.start,
          endTime: range.end - 1,
          limit: page.limit,
        },
      };
    },
    parse: parseKlineJson,
  };
}

function listingProbe(market: KlineMarket): ListingProbe {
  const smallest = market.pages[0]!;
  const one = (series: Series, query: Record<string, number>): HttpRequest => ({
    ...baseRequest(market, smallest),
    query: { symbol: series.symbol, interval: series.timeframe, ...query, limit: 1 },
  });
  return {
    first: (series) => one(series, { startTime: 0 }),
    firstAt: (body) => openTimesIn(body).at(0),
    last: (series) => one(series, {}),
    lastAt: (body) => openTimesIn(body).at(-1),
    // Spot ends with its symbols.
    ...(market.folder === 'futures/um' && { isFrozen: endsUntraded }),
    status: ({ symbol }) => ({ ...baseRequest(market, smallest), ...market.status(symbol) }),
    isTrading: (body, { symbol }) => statusIn(body, symbol) === 'TRADING',
  };
}

const baseRequest = (market: KlineMarket, page: { readonly weight: number }): HttpRequest => ({
  venue: binance,
  host: market.host,
  path: market.path,
  family: market.family,
  weight: page.weight,
});
