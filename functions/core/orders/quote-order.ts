import pMap from 'p-map';
import type { JobOrder } from '../jobs/job.ts';
import { AT_ONCE, type JobSeries, jobSeries, readMissing, readWanted } from '../jobs/job-series.ts';
import { planSource } from '../ledger/plan.ts';
import type { SeriesCatalog, SeriesStore } from '../ledger/ports.ts';
import { type ChunkEstimate, estimateChunk } from '../quote/estimate-chunk.ts';
import { buildQuote, type Quote } from '../quote/quote.ts';
import { RECOUNT_PATIENCE } from '../series/schedule.ts';
import type { Listing, Sources } from '../series/source.ts';
import type { Clock } from '../time/time.ts';

export interface QuotePorts {
  readonly store: Pick<SeriesStore, 'listing'>;
  readonly catalog: Pick<SeriesCatalog, 'recount' | 'requested' | 'missing'>;
  readonly sources: Sources;
  readonly clock: Clock;
}

/** What an order will take. The ledger knows what is missing and how long the symbols lived; no venue is queried. */
export async function quoteOrder(ports: QuotePorts, order: JobOrder): Promise<Quote> {
  await ports.catalog.recount(RECOUNT_PATIENCE, order);
  const now = ports.clock();
  const series = jobSeries(order, ports.sources);
  const chunks: ChunkEstimate[] = [];
  // Most symbols of an order lack the same ranges, so the estimate of one holds for all of them.
  const known = new Map<string, readonly ChunkEstimate[]>();
  const read = new Set<string>();
  const found = await pMap(
    series,
    async (one) => {
      const missing = await readMissing(ports.catalog, one, await readWanted(order, one, ports.catalog, now));
      return { one, missing, listing: missing.length > 0 ? await knownListing(ports, one) : undefined };
    },
    { concurrency: AT_ONCE },
  );
  for (const { one, missing, listing } of found) {
    if (missing.length === 0) continue;
    const key = JSON.stringify([one.source, listing, missing]);
    const shared = one.spec.siblings !== undefined;
    const estimates =
      (shared ? undefined : known.get(key)) ??
      planSource(one.spec, one, missing).map((planned) =>
        estimateChunk(one.spec, planned, { now, listing, ...(shared && { read }) }),
      );
    known.set(key, estimates);
    for (const estimate of estimates) chunks.push(estimate);
  }
  return buildQuote(series.length, chunks);
}

async function knownListing({ store }: QuotePorts, series: JobSeries): Promise<Listing | undefined> {
  const { listing } = series.spec;
  return 'listedAt' in listing ? listing : store.listing(series);
}
