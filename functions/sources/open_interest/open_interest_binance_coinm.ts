import type { Series } from '../../core/series/series.ts';
import type { ArchiveLabels, Source } from '../../core/series/source.ts';
import { COINM_PERPETUAL, coinmListing, coinmRequest } from '../binance/coinm.ts';
import { binanceFamilies } from '../binance/hosts.ts';
import { labelShift } from '../binance/metrics/metric-labels.ts';
import { type MetricMarket, metricSource } from '../binance/metrics/metrics.ts';
import { coinmOpenInterest } from '../binance/metrics/statistics.ts';

/**
 * Labels were 00:00 to 23:55 in all files that were seen, from 2023 on. That they are beginnings is the later of the two meanings: no
 * row is known too early. Not verified; `watch-archives` compares them with REST.
 */
const files = { statistics: [coinmOpenInterest], moved: Number.NEGATIVE_INFINITY };
const labels: ArchiveLabels = {
  dataset: 'binance-coinm-metrics',
  shift: ({ start }, exceptions) => labelShift(start, exceptions, files.moved),
};

/** The contract, as the route and its rows name it. */
const contractOf = ({ symbol }: Series) => ({
  pair: symbol.replace(/_PERP$/, ''),
  contractType: 'PERPETUAL',
});

const COINM: MetricMarket = {
  folder: 'futures/cm',
  files,
  labels,
  defaultSymbols: ['BTCUSD_PERP', 'ETHUSD_PERP'],
  // Quarterly contracts are requested by their place in the row of quarters, which changes.
  symbolPattern: COINM_PERPETUAL,
  // Whether these routes count weight on this host is not known. The budget of those of USD-M is the smaller one.
  request: (path, query) => ({ ...coinmRequest(path, query), family: binanceFamilies.usdmData }),
  named: contractOf,
  checked: ['pair', 'contractType'],
  listing: coinmListing,
};

/**
 * Binance COIN-M open interest in contracts, with its value in the coin: archive by day, then `GET /futures/data/openInterestHist` on the
 * host of COIN-M, which takes a pair and keeps 30 days. Not verified against the live venue.
 */
export const open_interest_binance_coinm: Source = {
  ...metricSource(coinmOpenInterest, COINM),
  byName: true,
};
