import { priceKlines } from '../binance/klines/price-klines.ts';

/**
 * Binance USD-M premium index, the distance of the contract from its index whose average is funding: archive by month, archive by
 * day, then `GET /fapi/v1/premiumIndexKlines`. Not verified against the live venue.
 */
export const premium_index_klines = priceKlines({
  id: 'premium_index_klines',
  title: 'Binance USD-M premium index candles',
  table: 'premium_index_klines',
  view: 'premium_index_candles',
  dataset: 'premiumIndexKlines',
  named: 'symbol',
  signed: true,
});
