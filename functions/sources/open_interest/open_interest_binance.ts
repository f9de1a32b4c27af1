import { metricSource } from '../binance/metrics/metrics.ts';
import { openInterest } from '../binance/metrics/statistics.ts';

/** Binance USD-M open interest: archive by day, then `GET /futures/data/openInterestHist`. */
export const open_interest_binance = metricSource(openInterest);
