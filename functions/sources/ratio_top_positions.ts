import { metricSource } from './binance/metrics.ts';
import { topPositions } from './binance/statistics.ts';

/** Archive by day, then `GET /futures/data/topLongShortPositionRatio`. */
export const ratio_top_positions = metricSource(topPositions);
