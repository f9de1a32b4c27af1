import { DAY } from '../../core/time/time.ts';
import { binanceFamilies, binanceHosts } from '../binance/hosts.ts';
import { trades } from '../binance/trades/trades.ts';
import { klines_perp } from '../klines/klines_perp.ts';

/**
 * Binance USD-M trades, those of one side at one price within 100 ms together: archive by day, then by month, then
 * `GET /fapi/v1/aggTrades`. What insurance fund and deleveraging trade is not in it, though it is in the candles: documentation.
 */
export const trades_perp = trades({
  id: 'trades_perp',
  title: 'Binance USD-M trades (aggregated)',
  table: 'perp_trades',
  folder: 'futures/um',
  host: binanceHosts.usdm,
  family: binanceFamilies.usdm,
  path: '/fapi/v1/aggTrades',
  weight: 20,
  // Documentation: not older than a year. Not verified against the live venue.
  reachMs: 360 * DAY,
  candles: klines_perp,
});
