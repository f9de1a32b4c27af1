import { priceKlines } from '../binance/klines/price-klines.ts';

/**
 * Binance USD-M index price, made of spot prices of several exchanges: archive by month, archive by day, then
 * `GET /fapi/v1/indexPriceKlines`, which takes a pair and no symbol. Not verified against the live venue.
 */
export const index_price_klines = priceKlines({
  id: 'index_price_klines',
  title: 'Binance USD-M index price candles',
  table: 'index_price_klines',
  view: 'index_price_candles',
  dataset: 'indexPriceKlines',
  named: 'pair',
});
