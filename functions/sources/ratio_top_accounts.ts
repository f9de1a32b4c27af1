import { metricSource } from './binance/metrics.ts';
import { topAccounts } from './binance/statistics.ts';

/** Archive by day, then `GET /futures/data/topLongShortAccountRatio`. */
export const ratio_top_accounts = metricSource(topAccounts);
