import { coinmPrices, priceKlines } from '../binance/klines/price-klines.ts';

/**
 * Binance COIN-M premium index, perpetual and quarterly, the distance of the contract from its index: archive by month, archive by day,
 * then `GET /dapi/v1/premiumIndexKlines`. That it refuses ranges over 200 days is documented of the others alone. Not verified against
 * the live venue.
 */
export const premium_index_klines_coinm = priceKlines({
  id: 'premium_index_klines_coinm',
  title: 'Binance COIN-M premium index candles',
  table: 'coinm_premium_index_klines',
  view: 'coinm_premium_index_candles',
  dataset: 'premiumIndexKlines',
  named: 'symbol',
  signed: true,
  of: coinmPrices,
});
