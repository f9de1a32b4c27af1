import { STEPS, type Timeframe } from '../../core/time/timeframe.ts';
import { COINM_SPAN, COINM_SYMBOL, coinmListing } from '../binance/coinm.ts';
import { binanceFamilies, binanceHosts } from '../binance/hosts.ts';
import { klines } from '../binance/klines/klines.ts';
import { USDM_PAGES } from '../binance/usdm.ts';

/**
 * Binance COIN-M candles, perpetual and quarterly: archive by month, archive by day, then `GET /dapi/v1/klines`. Volumes are contracts
 * of 100 USD (BTC) or 10 USD, and the field that is the quote volume elsewhere is in the coin. Not verified against the live venue.
 */
export const klines_coinm = klines({
  id: 'klines_coinm',
  byName: true,
  title: 'Binance COIN-M candles',
  table: 'coinm_klines',
  view: 'coinm_candles',
  names: { turnover: 'base_volume', takerTurnover: 'taker_buy_base_volume' },
  timeframes: (Object.keys(STEPS) as Timeframe[]).filter((timeframe) => timeframe !== '1s'),
  defaultSymbols: ['BTCUSD_PERP', 'ETHUSD_PERP'],
  symbolPattern: COINM_SYMBOL,
  folder: 'futures/cm',
  host: binanceHosts.coinm,
  family: binanceFamilies.usdm,
  path: '/dapi/v1/klines',
  pages: USDM_PAGES,
  spanMs: COINM_SPAN,
  listing: coinmListing,
});
