import { metricSource } from './binance/metrics.ts';
import { globalAccounts } from './binance/statistics.ts';

/** Archive by day, then `GET /futures/data/globalLongShortAccountRatio`. */
export const ratio_global_accounts = metricSource(globalAccounts);
