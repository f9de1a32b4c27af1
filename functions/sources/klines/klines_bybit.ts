import type { Source } from '../../core/series/source.ts';
import { type Category, klineSource } from '../bybit/klines.ts';
import { venueKlineTable } from './table.ts';

/** Candles in the words of klines. `turnover` is in the quote coin of spot and USDT contracts, hence the volume in it. */
const klines = (category: Category, title: string): Source =>
  klineSource(category, {
    id: `klines_bybit_${category}`,
    family: 'klines',
    byName: true,
    title,
    table: venueKlineTable('bybit', category, [{ name: 'quote_volume', type: 'float8' }]),
    defaultTimeframe: '1m',
    row: ({ symbol, timeframe }, start, values) => [category, symbol, timeframe, start, ...values],
  });

/** Bybit's spot markets. */
export const klines_bybit_spot = klines('spot', 'Bybit spot candles');

/** Bybit's USDT perpetuals. `price_klines` has the same candles, with aggregates. */
export const klines_bybit_linear = klines('linear', 'Bybit USDT perpetual candles as klines');
