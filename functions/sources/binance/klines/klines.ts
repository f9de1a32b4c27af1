import { MARKET_SYMBOL } from '../../../core/series/names/spelling.ts';
import type { ListingProbe, Source } from '../../../core/series/source.ts';
import type { Column, TableSpec } from '../../../core/series/table.ts';
import type { HttpRequest } from '../../../core/series/venue.ts';
import type { PeriodUnit } from '../../../core/time/period.ts';
import { HOUR, MINUTE, SECOND } from '../../../core/time/time.ts';
import type { Timeframe } from '../../../core/time/timeframe.ts';
import { type ArchiveFolder, klineArchive } from '../archive.ts';
import { statusIn } from '../exchange-info.ts';
import { binance } from '../venue.ts';
import { candleTable, float } from './candle-table.ts';
import { endsUntraded } from './kline-json.ts';
import { type KlineRoute, klineEnds, klinePages } from './kline-route.ts';

/** Place of `trades` among the columns of `klineTable`. */
export const TRADES_COLUMN = 9;

/** What differs between spot and the futures. */
interface Market extends KlineRoute {
  readonly id: string;
  readonly title: string;
  readonly table: string;
  /** the table with what is computed from its columns */
  readonly view: string;
  readonly timeframes: readonly Timeframe[];
  readonly defaultSymbols?: readonly string[];
  readonly symbolPattern?: RegExp;
  /** ordered by its own name only */
  readonly byName?: true;
  /** the market's folder in the archive */
  readonly folder: ArchiveFolder;
  /** columns of the venue's fields 8 and 11, of which the quote asset is the usual unit */
  readonly names?: { readonly turnover: string; readonly takerTurnover: string };
}

/** The state of one symbol, whose life its own candles show. */
interface ByState extends Market {
  status(symbol: string): Pick<HttpRequest, 'path' | 'query' | 'weight'>;
}

export type KlineMarket = ByState | (Market & { readonly listing: ListingProbe });

/** Makes the source of one market's candles. */
export function klines(market: KlineMarket): Source {
  const archives = [klineArchive(market.folder, 'month'), klineArchive(market.folder, 'day')];
  return {
    id: market.id,
    family: 'klines',
    ...(market.byName && { byName: market.byName }),
    title: market.title,
    table: klineTable(market.table, market.view, market.names),
    timeframes: market.timeframes,
    defaultTimeframe: '1m',
    defaultSymbols: market.defaultSymbols ?? ['BTCUSDT', 'ETHUSDT'],
    symbolPattern: market.symbolPattern ?? MARKET_SYMBOL,
    chunkUnit: (timeframe): PeriodUnit => (timeframe === '1s' ? 'day' : 'month'),
    finalAfterMs: 2 * SECOND,
    settleMs: 10 * MINUTE,
    refreshEveryMs: MINUTE,
    tiers: [...archives, klinePages(market)],
    traded: {
      tiers: archives,
      series: (series) => series,
      count: TRADES_COLUMN,
      frozen: { column: TRADES_COLUMN, value: 0, forMs: HOUR },
    },
    listing: 'listing' in market ? market.listing : listingProbe(market),
  };
}

const QUOTED = { turnover: 'quote_volume', takerTurnover: 'taker_buy_quote_volume' };

/** The table of one market's candles and its view, as `sql/` creates them. */
export function klineTable(name: string, view: string, names = QUOTED): TableSpec {
  const values: readonly Column[] = [
    ...['open', 'high', 'low', 'close', 'volume', names.turnover].map(float),
    { name: 'trades', type: 'int4' },
    ...['taker_buy_volume', names.takerTurnover].map(float),
  ];
  return { ...candleTable(name, view, values), renamed: { time: 'open_time' } };
}

function listingProbe(market: ByState): ListingProbe {
  const { host, family } = market;
  return {
    ...klineEnds(market),
    // Spot ends with its symbols.
    ...(market.folder !== 'spot' && { isFrozen: endsUntraded }),
    status: ({ symbol }) => ({ venue: binance, host, family, ...market.status(symbol) }),
    isTrading: (body, { symbol }) => statusIn(body, symbol) === 'TRADING',
  };
}
