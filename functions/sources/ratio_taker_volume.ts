import { metricSource } from './binance/metrics/metrics.ts';
import { takerVolume } from './binance/metrics/statistics.ts';

/** Archive by day, then `GET /futures/data/takerlongshortRatio`, whose rows do not tell their symbol. */
export const ratio_taker_volume = metricSource(takerVolume);
