import { STEPS, type Timeframe } from '../../core/time/timeframe.ts';
import { binanceFamilies, binanceHosts } from '../binance/hosts.ts';
import { klines } from '../binance/klines/klines.ts';

/** Binance spot candles: archive by month, archive by day, then `GET /api/v3/klines`. */
export const klines_spot = klines({
  id: 'klines_spot',
  title: 'Binance spot candles',
  table: 'spot_klines',
  view: 'spot_candles',
  timeframes: Object.keys(STEPS) as Timeframe[],
  folder: 'spot',
  host: binanceHosts.spot,
  family: binanceFamilies.spot,
  path: '/api/v3/klines',
  // The weight is flat, so a page is always the largest.
  pages: [{ limit: 1000, weight: 2 }],
  status: (symbol) => ({ path: '/api/v3/exchangeInfo', query: { symbol }, weight: 20 }),
});
