import { binanceFamilies } from '../binance/hosts.ts';
import { usdmRequest, usdmStatus } from '../binance/usdm.ts';
import { binanceFunding } from './binance-funding.ts';
import { fundingTable } from './settlements.ts';

/** Binance USD-M funding: archive by month, then `GET /fapi/v1/fundingRate`. */
export const funding_binance = binanceFunding({
  id: 'funding_binance',
  title: 'Binance USD-M funding rates',
  table: fundingTable('binance'),
  folder: 'futures/um',
  request: (query) => usdmRequest('/fapi/v1/fundingRate', query, binanceFamilies.usdmFunding),
  candles: 'klines_perp',
  state: usdmStatus,
});
