import type { Column, TableSpec } from '../../core/series/table.ts';

/**
 * The table of candles of a venue other than Binance, as `sql/` creates it, for one of its markets.
 * @param more columns that the venue publishes beside prices and volume, in order
 */
export const venueKlineTable = (venue: string, market: string, more: readonly Column[]): TableSpec => ({
  name: `${venue}_klines`,
  time: 'open_time',
  columns: [
    { name: 'market', type: 'text' },
    { name: 'symbol', type: 'text' },
    { name: 'timeframe', type: 'text' },
    { name: 'open_time', type: 'timestamptz' },
    ...['open', 'high', 'low', 'close', 'volume'].map((name) => ({ name, type: 'float8' as const })),
    ...more,
  ],
  key: ['market', 'symbol', 'timeframe', 'open_time'],
  fixed: { market },
});
