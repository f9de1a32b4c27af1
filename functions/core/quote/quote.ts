import { ASSUMED } from '../costs/assumptions.ts';
import { billFor, type Prices, total } from '../costs/bill.ts';
import prices from '../costs/prices.json' with { type: 'json' };
import { usageOfJob } from '../costs/usage.ts';
import { LIMIT_SHARE } from '../series/venue.ts';
import { SECOND } from '../time/time.ts';
import type { ChunkEstimate } from './estimate-chunk.ts';

/** What a job will take, by everything that can be known before it begins. As the API returns it. */
export interface Quote {
  readonly series: number;
  readonly chunks: number;
  /** expected rows; of events at least this many, because they are counted at their longest interval */
  readonly rows: number;
  /** by limit family, or by venue where no limit is published */
  readonly requests: readonly QuotedRequests[];
  readonly seconds: number;
  /** US dollars on AWS by region, without the database and what the stack costs anyway */
  readonly usd: Readonly<Record<string, number>>;
  /** when the prices were written down, `YYYY-MM` */
  readonly prices_as_of: string;
}

export interface QuotedRequests {
  readonly family: string;
  readonly requests: number;
  readonly weight: number;
  /** weight that the venue allows in a window */
  readonly limit: number | null;
  readonly window_seconds: number | null;
}

/** Fetchers that work at once: `MaxConcurrency` of the state machine's FetchChunks. */
export const LANES = 8;
/** Measured: what one PostgreSQL on two shared cores takes by binary COPY with its ledger, all fetchers together. */
const STORED_PER_SECOND = 100_000;
/** Assumed: PlanWave, the count of FinalizeJob, and the engine between them. */
const AROUND_SECONDS = 2;

/** Adds up the requests of the chunks. */
export function buildQuote(series: number, chunks: readonly ChunkEstimate[]): Quote {
  const rows = chunks.reduce((sum, chunk) => sum + chunk.rows, 0);
  const usage = usageOfJob({ series, chunks: chunks.length, rows });
  const regions = Object.entries(prices.regions) as [string, Prices][];
  const requests = requestsOf(chunks);
  return {
    series,
    chunks: chunks.length,
    rows,
    requests,
    seconds: secondsOf(chunks, rows, requests),
    // A job that finds nothing to do still runs PlanWave and FinalizeJob: their fraction of a cent is included.
    usd: Object.fromEntries(regions.map(([region, p]) => [region, round(total(billFor(usage, p)), 4)])),
    prices_as_of: prices.asOf,
  };
}

function requestsOf(chunks: readonly ChunkEstimate[]): QuotedRequests[] {
  const by = new Map<string, QuotedRequests>();
  for (const { scope, family, requests, weight } of chunks.flatMap((chunk) => chunk.requests)) {
    const before = by.get(scope);
    by.set(scope, {
      family: scope,
      requests: (before?.requests ?? 0) + requests,
      weight: (before?.weight ?? 0) + weight,
      limit: family?.limit ?? null,
      window_seconds: family ? family.windowMs / SECOND : null,
    });
  }
  return [...by.values()].sort((a, b) => (a.family < b.family ? -1 : 1));
}

/** The slowest of three: waiting for the venues, writing to the database, and waiting for the limits. */
function secondsOf(
  chunks: readonly ChunkEstimate[],
  rows: number,
  requests: readonly QuotedRequests[],
): number {
  const fetches = chunks.reduce((sum, chunk) => sum + chunk.fetches, 0);
  const lanes = Math.max(Math.min(LANES, chunks.length), 1);
  const fetching = (fetches * ASSUMED.fetchSeconds) / lanes + rows / ASSUMED.rowsPerSecond / lanes;
  const limits = requests.map(({ weight, limit, window_seconds }) =>
    // The budget of the first window is available at once.
    limit === null ? 0 : Math.floor(Math.max(weight - 1, 0) / (limit * LIMIT_SHARE)) * window_seconds!,
  );
  return round(AROUND_SECONDS + Math.max(fetching, rows / STORED_PER_SECOND, ...limits), 1);
}

const round = (n: number, digits: number): number => Number(n.toFixed(digits));
