import { STEPS, type Timeframe } from '../../core/time/timeframe.ts';
import { binanceFamilies, binanceHosts } from '../binance/hosts.ts';
import { klines } from '../binance/klines/klines.ts';
import { USDM_PAGES } from '../binance/usdm.ts';

/** Binance USD-M perpetual candles: archive by month, archive by day, then `GET /fapi/v1/klines`. No `1s` there. */
export const klines_perp = klines({
  id: 'klines_perp',
  title: 'Binance USD-M perpetual candles',
  table: 'perp_klines',
  view: 'perp_candles',
  timeframes: (Object.keys(STEPS) as Timeframe[]).filter((timeframe) => timeframe !== '1s'),
  folder: 'futures/um',
  host: binanceHosts.usdm,
  family: binanceFamilies.usdm,
  path: '/fapi/v1/klines',
  pages: USDM_PAGES,
  // Takes no symbol: it lists all of them for the weight of one.
  status: () => ({ path: '/fapi/v1/exchangeInfo', weight: 1 }),
});
