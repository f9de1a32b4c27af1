import { metricSource } from './binance/metrics.ts';
import { takerVolume } from './binance/statistics.ts';

/** Archive by day, then `GET /futures/data/takerlongshortRatio`, whose rows do not tell their symbol. */
export const ratio_taker_volume = metricSource(takerVolume);
