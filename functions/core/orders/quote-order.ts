import pMap from 'p-map';
import type { JobOrder } from '../jobs/job.ts';
import { AT_ONCE, type JobSeries, jobSeries, readMissing, readWanted } from '../jobs/job-series.ts';
import { planSource } from '../ledger/plan.ts';
import type { Pace, SeriesCatalog, SeriesStore } from '../ledger/ports.ts';
import { type ChunkEstimate, estimateChunk } from '../quote/estimate-chunk.ts';
import { buildQuote, type Quote } from '../quote/quote.ts';
import { RECOUNT_PATIENCE } from '../series/schedule.ts';
import type { Listing, Sources } from '../series/source.ts';
import { type Clock, HOUR } from '../time/time.ts';

export interface QuotePorts {
  readonly store: Pick<SeriesStore, 'listing'>;
  readonly catalog: Pick<SeriesCatalog, 'recount' | 'requested' | 'missing' | 'paces'>;
  readonly sources: Sources;
  readonly clock: Clock;
}

/** What an order will take. The ledger knows what is missing and how long the symbols lived; no venue is queried. */
export async function quoteOrder(ports: QuotePorts, order: JobOrder): Promise<Quote> {
  await ports.catalog.recount(RECOUNT_PATIENCE, order);
  const now = ports.clock();
  const series = jobSeries(order, ports.sources);
  const chunks: ChunkEstimate[] = [];
  // Most symbols of an order are missing the same ranges, so the estimate of one holds for all of them.
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
  const paces = new Map<string, ReadonlyMap<string, Pace>>();
  for (const { one, missing, listing } of found) {
    if (missing.length === 0) continue;
    const msPerRow = await measuredPace(ports, one, paces);
    const key = JSON.stringify([one.source, listing, missing, msPerRow]);
    const shared = one.spec.siblings !== undefined;
    const estimates =
      (shared ? undefined : known.get(key)) ??
      planSource(one.spec, one, missing).map((planned) =>
        estimateChunk(one.spec, planned, { now, listing, msPerRow, ...(shared && { read }) }),
      );
    known.set(key, estimates);
    for (const estimate of estimates) chunks.push(estimate);
  }
  return buildQuote(series.length, chunks);
}

/** Less than that says little about a day. */
const LEAST_MEASURED = HOUR;

/**
 * How much time a row stands for, by what is there of a source whose rows lie off the grid: of the symbol, else of all of them.
 * @param known paces by source and timeframe, read once for an order
 */
async function measuredPace(
  { catalog }: QuotePorts,
  { source, symbol, timeframe, spec }: JobSeries,
  known: Map<string, ReadonlyMap<string, Pace>>,
): Promise<number | undefined> {
  if (spec.table.cadence !== 'irregular') return undefined;
  const key = `${source} ${timeframe}`;
  const paces = known.get(key) ?? (await catalog.paces(source, timeframe));
  known.set(key, paces);
  const own = paces.get(symbol);
  if (own && own.rows > 0 && own.ms >= LEAST_MEASURED) return own.ms / own.rows;
  const [rows, ms] = [...paces.values()].reduce((sum, one) => [sum[0] + one.rows, sum[1] + one.ms], [0, 0]);
  return rows > 0 && ms >= LEAST_MEASURED ? ms / rows : undefined;
}

async function knownListing({ store }: QuotePorts, series: JobSeries): Promise<Listing | undefined> {
  const { listing } = series.spec;
  return 'listedAt' in listing ? listing : store.listing(series);
}
