import { priceKlines } from '../binance/klines/price-klines.ts';

/**
 * Binance USD-M mark price, at which positions are valued: archive by month, archive by day, then `GET /fapi/v1/markPriceKlines`.
 * Not verified against the live venue.
 */
export const mark_price_klines = priceKlines({
  id: 'mark_price_klines',
  title: 'Binance USD-M mark price candles',
  table: 'mark_price_klines',
  view: 'mark_price_candles',
  dataset: 'markPriceKlines',
  named: 'symbol',
});
