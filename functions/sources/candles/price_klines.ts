import { MARKET_SYMBOL } from '../../core/series/names/spelling.ts';
import type { Source } from '../../core/series/source.ts';
import type { TableSpec } from '../../core/series/table.ts';
import type { PeriodUnit } from '../../core/time/period.ts';
import { HOUR, MINUTE, SECOND } from '../../core/time/time.ts';
import { stepOf } from '../../core/time/timeframe.ts';
import { type Category, KLINE_TIMEFRAMES, klineListing, klinePages } from '../bybit/klines.ts';

/** The USDT perpetuals. Spot and inverse contracts have symbols of the same names, and the table has no column for it. */
const CATEGORY: Category = 'linear';

const table: TableSpec = {
  name: 'price_klines',
  time: 'timestamp',
  columns: [
    { name: 'timestamp', type: 'timestamptz' },
    { name: 'symbol', type: 'text' },
    { name: 'timeframe', type: 'text' },
    ...['open', 'high', 'low', 'close', 'volume', 'turnover'].map((name) => ({
      name,
      type: 'float8' as const,
    })),
  ],
  key: ['symbol', 'timeframe', 'timestamp'],
};

/** Bybit USDT perpetual candles: `GET /v5/market/kline`, newest first. Not verified against the live venue. */
export const price_klines: Source = {
  id: 'price_klines',
  family: 'candles',
  title: 'Bybit USDT perpetual candles',
  table,
  timeframes: KLINE_TIMEFRAMES,
  defaultTimeframe: '5m',
  defaultSymbols: ['BTCUSDT', 'ETHUSDT'],
  symbolPattern: MARKET_SYMBOL,
  chunkUnit: (timeframe): PeriodUnit => (stepOf(timeframe) < HOUR ? 'month' : 'year'),
  finalAfterMs: 2 * SECOND,
  settleMs: 10 * MINUTE,
  refreshEveryMs: MINUTE,
  tiers: [
    klinePages(CATEGORY, {
      table,
      row: ({ symbol, timeframe }, start, values) => [start, symbol, timeframe, ...values],
    }),
  ],
  listing: klineListing(CATEGORY),
};
