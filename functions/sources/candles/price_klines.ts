import type { TableSpec } from '../../core/series/table.ts';
import { type Category, klineSource } from '../bybit/klines.ts';

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

/** Bybit USDT perpetual candles. Not verified against the live venue. */
export const price_klines = klineSource(CATEGORY, {
  id: 'price_klines',
  family: 'candles',
  title: 'Bybit USDT perpetual candles',
  table,
  defaultTimeframe: '5m',
  row: ({ symbol, timeframe }, start, values) => [start, symbol, timeframe, ...values],
});
