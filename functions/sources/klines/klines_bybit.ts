import { MARKET_SYMBOL } from '../../core/series/names/spelling.ts';
import type { Source } from '../../core/series/source.ts';
import type { PeriodUnit } from '../../core/time/period.ts';
import { HOUR, MINUTE, SECOND } from '../../core/time/time.ts';
import { stepOf } from '../../core/time/timeframe.ts';
import { type Category, KLINE_TIMEFRAMES, klineListing, klinePages } from '../bybit/klines.ts';
import { venueKlineTable } from './table.ts';

/** Candles of one market: `GET /v5/market/kline`, newest first. Not verified against the live venue. */
function klines(category: Category, title: string): Source {
  // `turnover` is in the quote coin of spot and USDT contracts, hence the volume in it.
  const table = venueKlineTable('bybit', category, [{ name: 'quote_volume', type: 'float8' }]);
  return {
    id: `klines_bybit_${category}`,
    family: 'klines',
    byName: true,
    title,
    table,
    timeframes: KLINE_TIMEFRAMES,
    defaultTimeframe: '1m',
    defaultSymbols: ['BTCUSDT', 'ETHUSDT'],
    symbolPattern: MARKET_SYMBOL,
    chunkUnit: (timeframe): PeriodUnit => (stepOf(timeframe) < HOUR ? 'month' : 'year'),
    finalAfterMs: 2 * SECOND,
    settleMs: 10 * MINUTE,
    refreshEveryMs: MINUTE,
    tiers: [
      klinePages(category, {
        table,
        row: ({ symbol, timeframe }, start, values) => [category, symbol, timeframe, start, ...values],
      }),
    ],
    listing: klineListing(category),
  };
}

/** Bybit's spot markets. */
export const klines_bybit_spot = klines('spot', 'Bybit spot candles');

/** Bybit's USDT perpetuals. `price_klines` has the same candles, with aggregates. */
export const klines_bybit_linear = klines('linear', 'Bybit USDT perpetual candles as klines');
