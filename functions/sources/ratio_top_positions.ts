import { metricSource } from './binance/metrics/metrics.ts';
import { topPositions } from './binance/metrics/statistics.ts';

/** Archive by day, then `GET /futures/data/topLongShortPositionRatio`. */
export const ratio_top_positions = metricSource(topPositions);
