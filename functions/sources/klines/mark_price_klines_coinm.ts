import { COINM_SPAN, COINM_SYMBOL, coinmListing } from '../binance/coinm.ts';
import { binanceHosts } from '../binance/hosts.ts';
import { priceKlines } from '../binance/klines/price-klines.ts';

/**
 * Binance COIN-M mark price, perpetual and quarterly: archive by month, archive by day, then `GET /dapi/v1/markPriceKlines`. Its
 * first row does not date the listing: the list of contracts does. Not verified against the live venue.
 */
export const mark_price_klines_coinm = priceKlines({
  id: 'mark_price_klines_coinm',
  title: 'Binance COIN-M mark price candles',
  table: 'coinm_mark_price_klines',
  view: 'coinm_mark_price_candles',
  dataset: 'markPriceKlines',
  named: 'symbol',
  of: {
    folder: 'futures/cm',
    host: binanceHosts.coinm,
    path: '/dapi/v1',
    spanMs: COINM_SPAN,
    defaultSymbols: ['BTCUSD_PERP', 'ETHUSD_PERP'],
    symbolPattern: COINM_SYMBOL,
    listing: coinmListing,
  },
});
