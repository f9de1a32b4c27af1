import type { JobOrder } from '../jobs/job.ts';
import { jobSeries, orderedRange } from '../jobs/job-series.ts';
import type { Sources } from '../series/source.ts';

/** No step ends later. What is not final yet is not compared. */
const END = Number.MAX_SAFE_INTEGER;

/**
 * What makes two orders the same: the series and the range of each on its grid, however either was written. A snapshot is
 * always of this moment, whatever range was ordered.
 * @param now epoch ms
 */
export function orderIdentity(order: JobOrder, sources: Sources, now: number): string {
  const parts = jobSeries(order, sources).map((series) => {
    const isSnapshot = series.spec.tiers[0]?.kind === 'snapshot';
    const { start, end } = orderedRange(order, series, isSnapshot ? now : END);
    return `${series.source} ${series.symbol} ${start} ${end}`;
  });
  const rest = order.alsoRequested ? ' and what was requested before' : '';
  return `${order.timeframe}${rest}\n${parts.sort().join('\n')}`;
}
