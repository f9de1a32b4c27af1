import { AGGREGATED, type AggregateStore } from '../aggregates/aggregates.ts';
import { badRequest } from '../errors/bad-request.ts';
import { ACTIVE_STATUSES } from '../jobs/job.ts';
import { jobSeries } from '../jobs/job-series.ts';
import { isAtWork } from '../jobs/lease.ts';
import type { JobStore } from '../jobs/ports.ts';
import type { PurgingCatalog, SeriesReport } from '../ledger/ports.ts';
import { type Series, seriesLabel } from '../series/series.ts';
import type { Sources } from '../series/source.ts';
import { hull } from '../time/range.ts';
import { type Clock, SECOND } from '../time/time.ts';
import { knownSeries, pickSeries, type UnfollowRequest } from './unfollow.ts';

export interface PurgePorts {
  readonly catalog: Pick<PurgingCatalog, 'report' | 'purge' | 'forget'>;
  readonly jobs: Pick<JobStore, 'list' | 'forgetProvisional'>;
  readonly aggregates: Pick<AggregateStore, 'refresh'>;
  readonly sources: Sources;
  readonly clock: Clock;
}

export interface PurgedSeries extends Series {
  /** rows that this call deleted */
  readonly rows: number;
  /** nothing is left; otherwise the same call continues */
  readonly done: boolean;
}

/** API Gateway waits for 29 seconds; the piece in hand and the aggregates come after this time. */
const DELETES_FOR = 12 * SECOND;

/** How long to wait for others that refresh the same aggregates. */
const PATIENCE = 5 * SECOND;

/**
 * Unfollows series and deletes all of them: rows, spans, findings, restated rows, and their part of the aggregates. An order
 * afterwards loads everything again. A repeated call continues where the last one stopped.
 * @throws GordonError `not-followed`, `series-at-work` with the jobs that must end first; nothing has changed then
 */
export async function purge(ports: PurgePorts, request: UnfollowRequest): Promise<PurgedSeries[]> {
  const found = await knownSeries(ports.catalog, request);
  await refuseAtWork(ports, found);
  const until = ports.clock() + DELETES_FOR;
  const purged: PurgedSeries[] = [];
  for (const series of found) {
    const left = until - ports.clock();
    if (left > 0) purged.push({ ...pickSeries(series), ...(await purgeOne(ports, series, left)) });
    else purged.push({ ...pickSeries(series), rows: 0, done: false });
  }
  return purged;
}

async function purgeOne(
  { catalog, jobs, aggregates }: PurgePorts,
  series: SeriesReport,
  forMs: number,
): Promise<{ rows: number; done: boolean }> {
  const purged = await catalog.purge(pickSeries(series), forMs);
  if (!purged.done) return purged;
  // Before the series is forgotten, so that a repeated purge still finds which buckets to refresh.
  const around = hull(series.requested);
  const isAggregated = series.source === AGGREGATED.source && series.timeframe === AGGREGATED.timeframe;
  if (isAggregated && around)
    await aggregates.refresh([around], { symbols: [series.symbol], patience: PATIENCE });
  await jobs.forgetProvisional(series);
  await catalog.forget(pickSeries(series));
  return purged;
}

async function refuseAtWork(
  { jobs, sources, clock }: PurgePorts,
  series: readonly SeriesReport[],
): Promise<void> {
  const labels = new Set(series.map(seriesLabel));
  const found = new Set<string>();
  const ids: string[] = [];
  for (let after: string | undefined, more = true; more; ) {
    const page = await jobs.list({ statuses: ACTIVE_STATUSES, limit: 100, ...(after && { after }) });
    for (const job of page.jobs) {
      if (!isAtWork(job, clock()) || !job.sources.every((id) => sources[id])) continue;
      const own = jobSeries(job, sources)
        .map(seriesLabel)
        .filter((label) => labels.has(label));
      for (const label of own) found.add(label);
      if (own.length > 0) ids.push(job.id);
    }
    after = page.jobs.at(-1)?.id;
    more = page.more;
  }
  if (ids.length === 0) return;
  throw badRequest(
    'series-at-work',
    [...found].join(', '),
    `${ids.length === 1 ? `job ${ids[0]} is` : `jobs ${ids.join(', ')} are`} at work on it, so nothing was deleted.`,
    `Wait until they have ended, or cancel them: ${ids.map((id) => `gordon-data backfill cancel ${id}`).join('; ')}.`,
  );
}
