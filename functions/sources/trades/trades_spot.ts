import { binanceFamilies, binanceHosts } from '../binance/hosts.ts';
import { trades } from '../binance/trades/trades.ts';
import { klines_spot } from '../klines/klines_spot.ts';

/**
 * Binance spot trades, those of one taker order at one price and time together: archive by day, then by month, then
 * `GET /api/v3/aggTrades`.
 */
export const trades_spot = trades({
  id: 'trades_spot',
  title: 'Binance spot trades (aggregated)',
  table: 'spot_trades',
  folder: 'spot',
  host: binanceHosts.spot,
  family: binanceFamilies.spot,
  path: '/api/v3/aggTrades',
  // Documentation, 2025: 4, whatever the limit.
  weight: 4,
  candles: klines_spot,
});
