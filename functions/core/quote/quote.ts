import * as z from 'zod';
import { ASSUMED } from '../costs/assumptions.ts';
import prices from '../costs/aws.json' with { type: 'json' };
import { billFor, type Prices, total } from '../costs/bill.ts';
import { usageOfJob } from '../costs/usage.ts';
import { LIMIT_SHARE } from '../series/venue.ts';
import { Count, type Shape } from '../time/fields.ts';
import { SECOND } from '../time/time.ts';
import type { ChunkEstimate } from './estimate-chunk.ts';

const QuotedRequests = z.object({
  family: z.string().meta({ description: 'a limit family, or a venue without a published limit' }),
  requests: Count,
  weight: Count,
  limit: Count.nullable().meta({ description: 'weight that the venue allows in a window' }),
  window_seconds: z.number().nullable(),
});
type QuotedRequests = Shape<typeof QuotedRequests>;

/** What a job will take, by everything that can be known before it begins. As the API and the job table hold it. */
export const Quote = z
  .object({
    series: Count,
    chunks: Count,
    rows: Count.meta({
      description: 'expected; of rows off the grid by the pace of those that are there, else by a guess',
    }),
    requests: z.array(QuotedRequests),
    seconds: z.number().nonnegative(),
    // Without the database and what the stack costs anyway.
    usd: z.record(z.string(), z.number()).meta({ description: 'US dollars on AWS by region' }),
    // When the prices were written down, `YYYY-MM`.
    prices_as_of: z.string(),
  })
  .meta({ id: 'Quote', description: 'what a job is expected to take' });
export type Quote = Shape<typeof Quote>;

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
