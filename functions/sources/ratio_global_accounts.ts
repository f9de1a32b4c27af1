import { metricSource } from './binance/metrics/metrics.ts';
import { globalAccounts } from './binance/metrics/statistics.ts';

/** Archive by day, then `GET /futures/data/globalLongShortAccountRatio`. */
export const ratio_global_accounts = metricSource(globalAccounts);
