import { MARKET_SYMBOL } from '../../../core/series/names/spelling.ts';
import type { ArchiveTier, PagesTier, Source } from '../../../core/series/source.ts';
import type { Host, HttpRequest, LimitFamily } from '../../../core/series/venue.ts';
import { HOUR, MINUTE, SECOND } from '../../../core/time/time.ts';
import { archiveTier } from '../archive.ts';
import { binance } from '../venue.ts';
import { tradeCsvParser } from './trade-csv.ts';
import { parseTradeJson } from './trade-json.ts';
import { ID_COLUMN, tradeTable } from './trade-rows.ts';

/** What differs between spot and the perpetuals. */
export interface TradeMarket {
  readonly id: string;
  readonly title: string;
  readonly table: string;
  /** the market's folder in the archive */
  readonly folder: 'spot' | 'futures/um';
  readonly host: Host;
  readonly family: LimitFamily;
  readonly path: string;
  readonly weight: number;
  /** how far back the venue answers; ms */
  readonly reachMs?: number;
  /** the candles of the same market: they say when a symbol was traded, and must be what the trades make */
  readonly candles: Source;
}

const LIMIT = 1_000;

/** Makes the source of one market's trades. */
export function trades(market: TradeMarket): Source {
  return {
    id: market.id,
    family: 'trades',
    byName: true,
    title: market.title,
    table: tradeTable(market.table),
    timeframes: ['1m'],
    defaultTimeframe: '1m',
    defaultSymbols: ['BTCUSDT'],
    symbolPattern: MARKET_SYMBOL,
    // A busy symbol has millions of trades a day.
    chunkUnit: () => 'day',
    finalAfterMs: 2 * SECOND,
    settleMs: 10 * MINUTE,
    arrivesWithinMs: 5 * SECOND,
    refreshEveryMs: 5 * MINUTE,
    rowsPerStep: 300,
    // A month's file of a busy symbol is gigabytes: it stands in for days that have no file of their own.
    tiers: [archive(market, 'day'), archive(market, 'month'), rest(market)],
    makesCandles: market.candles.id,
    listing: market.candles.listing,
  };
}

function archive({ folder }: TradeMarket, unit: 'day' | 'month'): ArchiveTier {
  const tree = unit === 'month' ? 'monthly' : 'daily';
  return archiveTier(
    unit,
    ({ symbol }, { name }) => `/data/${folder}/${tree}/aggTrades/${symbol}/${symbol}-aggTrades-${name}.zip`,
    tradeCsvParser(unit),
  );
}

/** Oldest first; both bounds inclusive, on the trade's time. An hour at most between them, where both are sent. */
function rest(market: TradeMarket): PagesTier {
  const request = (query: HttpRequest['query']): HttpRequest => ({
    venue: binance,
    host: market.host,
    path: market.path,
    family: market.family,
    weight: market.weight,
    query: { ...query, limit: LIMIT },
  });
  return {
    kind: 'pages',
    name: 'rest',
    direction: 'forward',
    pageRows: LIMIT,
    ...(market.reachMs !== undefined && { reachMs: market.reachMs }),
    request: ({ symbol }, { start, end }) => request({ symbol, startTime: start, endTime: end - 1 }),
    parse: parseTradeJson,
    cursor: {
      longestMs: HOUR,
      next: ({ batch }, { symbol }) => {
        const ids = batch.columns[ID_COLUMN] as Float64Array;
        return request({ symbol, fromId: ids[batch.length - 1]! + 1 });
      },
    },
  };
}
