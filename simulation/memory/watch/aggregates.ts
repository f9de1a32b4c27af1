import {
  AGGREGATED,
  AGGREGATES,
  type AggregateStore,
} from '../../../functions/core/aggregates/aggregates.ts';
import { refreshWindows } from '../../../functions/core/aggregates/refresh-windows.ts';
import { normalize, type RangeSet } from '../../../functions/core/time/range.ts';
import { type Clock, DAY } from '../../../functions/core/time/time.ts';
import { stepOf } from '../../../functions/core/time/timeframe.ts';
import type { MemoryWarehouse } from '../ledger/warehouse.ts';
import { atOnce, type Step } from '../step.ts';

/** A job's id is kept as long as its spans have it. */
const REMEMBERED = 14 * DAY;

export interface AggregateOptions {
  /** called with each window that is refreshed, and the aggregate's name */
  readonly onRefresh?: (name: string, window: RangeSet[number]) => void;
  /** the source that aggregates are made of */
  readonly source?: string;
}

/** Which jobs the aggregates have not seen, and which windows were refreshed. The candles themselves are not modelled. */
export function createMemoryAggregates(
  warehouse: MemoryWarehouse,
  clock: Clock,
  step: Step = atOnce,
  { onRefresh = () => undefined, source = AGGREGATED.source }: AggregateOptions = {},
): AggregateStore {
  const books = () =>
    warehouse
      .books()
      .filter(({ series }) => series.source === source && series.timeframe === AGGREGATED.timeframe);
  return {
    async pendingRefreshes(since) {
      await step('what the aggregates have not seen');
      const spans = books().flatMap(({ series, spans }) =>
        spans
          .filter(({ state, fetchedAt }) => state === 'have' && fetchedAt >= since)
          .map((span) => ({ ...span, symbol: series.symbol })),
      );
      const unseen = spans.filter(({ jobId }) => !warehouse.refreshedJobs.has(jobId));
      return [...Map.groupBy(unseen, ({ jobId }) => jobId)]
        .map(([jobId, of]) => ({
          jobId,
          symbols: [...new Set(of.map(({ symbol }) => symbol))].sort(),
          touched: normalize(of),
        }))
        .sort((a, b) => (a.jobId < b.jobId ? -1 : 1));
    },

    async markRefreshed(jobIds) {
      if (jobIds.length === 0) return;
      const now = clock();
      await step('what the aggregates have seen');
      const seen = new Map(jobIds.map((id) => [id, now]));
      const all = [...seen, ...warehouse.refreshedJobs];
      warehouse.refreshedJobs = new Map(all.filter(([, at]) => at >= now - REMEMBERED));
      warehouse.flush();
    },

    async refresh(touched, { onAggregate } = {}) {
      for (const [i, aggregate] of AGGREGATES.entries()) {
        await onAggregate?.(i + 1, AGGREGATES.length);
        for (const window of refreshWindows(aggregate, touched)) {
          await step(`refresh ${aggregate.name}`);
          onRefresh(aggregate.name, window);
        }
      }
    },

    async refreshWindow(name, { start, end }) {
      await step(`refresh ${name}`);
      onRefresh(name, { start: start ?? Number.NEGATIVE_INFINITY, end: end ?? Number.POSITIVE_INFINITY });
    },

    async extent() {
      await step('extent of what is aggregated');
      const of = books().map(({ series }) => series);
      const first = of.flatMap((series) => warehouse.rows.first(series)?.time ?? []);
      const last = of.flatMap((series) => warehouse.rows.last(series)?.time ?? []);
      if (first.length === 0) return undefined;
      return { start: Math.min(...first), end: Math.max(...last) + stepOf(AGGREGATED.timeframe) };
    },

    refreshRecent: async () => false,
    status: async () => [],
  };
}
