import { addressOf } from '../../../routes.ts';
import type { AggregateStatus } from '../../aggregates/aggregates.ts';
import type { Job } from '../../jobs/job.ts';
import type { Gap, SeriesReport } from '../../ledger/ports.ts';
import { iso, isoOrNull } from '../../time/time.ts';

/** A job as `loadCandles` answers with it, and `inspectCandles` as the last one. */
export const candleJobView = (job: Job) => ({
  id: job.id,
  status: job.status,
  symbol: job.symbols[0] ?? null,
  timeframe: job.timeframe,
  start: iso(job.from),
  end: iso(job.to),
  rows: job.rows,
  created_at: iso(job.createdAt),
  finished_at: isoOrNull(job.finishedAt),
  reason: job.reason ?? null,
  job: addressOf('getJob', { id: job.id }).path,
});

/** A gap of candles: `failed` with its error, or `not-fetched`. */
export const candleGapView = ({ start, end, steps, error }: Gap) => ({
  start: iso(start),
  end: iso(end),
  missing: steps,
  ...(error === undefined ? { cause: 'not-fetched' as const } : { cause: 'failed' as const, error }),
});

/** What `inspectCandles` answers about one series. */
export const candleSeriesView = (series: SeriesReport | undefined) => ({
  earliest: isoOrNull(series?.earliest),
  latest: isoOrNull(series?.latest),
  rows: series?.rows ?? 0,
  requested: (series?.requested ?? []).map(({ start, end }) => ({ start: iso(start), end: iso(end) })),
  empty: (series?.empty ?? []).map(({ start, end, reason }) => ({
    start: iso(start),
    end: iso(end),
    reason,
  })),
});

/** The state of an aggregate; instants are ISO 8601, null: never. */
export const aggregateView = (a: AggregateStatus) => ({
  name: a.name,
  healthy: a.healthy,
  last_refresh: isoOrNull(a.lastRefresh),
  next_refresh: isoOrNull(a.nextRefresh),
  watermark: isoOrNull(a.watermark),
});
