import { metricSource } from '../binance/metrics/metrics.ts';
import { globalAccounts, takerVolume, topAccounts, topPositions } from '../binance/metrics/statistics.ts';

// Binance USD-M long/short ratios: archive by day, then one route of `GET /futures/data/…` each.

/** Accounts of top traders, `topLongShortAccountRatio`. */
export const ratio_top_accounts = metricSource(topAccounts);

/** Positions of top traders, `topLongShortPositionRatio`. */
export const ratio_top_positions = metricSource(topPositions);

/** Accounts of all traders, `globalLongShortAccountRatio`. */
export const ratio_global_accounts = metricSource(globalAccounts);

/** Volume of takers, `takerlongshortRatio`, whose rows do not name their symbol. */
export const ratio_taker_volume = metricSource(takerVolume);
