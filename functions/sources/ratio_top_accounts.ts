import { metricSource } from './binance/metrics/metrics.ts';
import { topAccounts } from './binance/metrics/statistics.ts';

/** Archive by day, then `GET /futures/data/topLongShortAccountRatio`. */
export const ratio_top_accounts = metricSource(topAccounts);
