import type { Source } from '../../core/series/source.ts';
import { COINM_PERPETUAL, coinmListing, coinmRequest } from '../binance/coinm.ts';
import { binanceFunding } from './binance-funding.ts';
import { fundingTable } from './settlements.ts';

/**
 * Binance COIN-M funding: archive by month, which begins years after the contracts, then `GET /dapi/v1/fundingRate`. It never has a mark
 * price, and contracts with a day of delivery have none. Not verified against the live venue.
 */
export const funding_binance_coinm: Source = {
  ...binanceFunding({
    id: 'funding_binance_coinm',
    title: 'Binance COIN-M funding rates',
    table: fundingTable('binance_coinm'),
    folder: 'futures/cm',
    request: (query) => coinmRequest('/dapi/v1/fundingRate', query),
    candles: 'klines_coinm',
    state: coinmListing,
  }),
  byName: true,
  defaultSymbols: ['BTCUSD_PERP', 'ETHUSD_PERP'],
  symbolPattern: COINM_PERPETUAL,
};
