import type { Reply } from '../../core/api/operations.ts';
import { parseInput } from '../../core/errors/bad-request.ts';
import { SpansQuery } from '../../core/queries/parameters.ts';
import type { LedgerEntry } from '../../core/queries/ports.ts';
import { findSeries, parseRange } from '../../core/queries/requested.ts';
import { iso } from '../../core/time/time.ts';
import { httpHandler } from '../../runtime/http-handler.ts';
import { servicesFromEnv, type Uses } from '../../runtime/services.ts';

export const createHandler = httpHandler(
  async (
    { query },
    { queries, sources, clock }: Uses<'queries' | 'sources' | 'clock'>,
  ): Promise<Reply<'ledger'>> => {
    const requested = parseInput(SpansQuery, query, 'the query');
    const entries = await queries.ledger(
      findSeries(sources, requested),
      parseRange(requested, clock()),
      requested.limit,
    );
    return { status: 200, body: entries.map(view) };
  },
);

const view = ({ start, end, jobId, fetchedAt, ...entry }: LedgerEntry) => ({
  from: iso(start),
  to: iso(end),
  ...entry,
  job_id: jobId,
  fetched_at: iso(fetchedAt),
});

export const handler = createHandler(servicesFromEnv);
