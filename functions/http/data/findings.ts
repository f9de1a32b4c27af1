import type { Reply } from '../../core/api/operations.ts';
import { parseInput } from '../../core/errors/bad-request.ts';
import { SpansQuery } from '../../core/queries/parameters.ts';
import type { FindingEntry } from '../../core/queries/ports.ts';
import { findSeries, parseRange } from '../../core/queries/requested.ts';
import { iso, isoOrNull } from '../../core/time/time.ts';
import { httpHandler } from '../../runtime/http-handler.ts';
import { servicesFromEnv, type Uses } from '../../runtime/services.ts';

export const createHandler = httpHandler(
  async (
    { query },
    { queries, sources, clock }: Uses<'queries' | 'sources' | 'clock'>,
  ): Promise<Reply<'findings'>> => {
    const request = parseInput(SpansQuery, query, 'the query');
    const found = await queries.findings(
      findSeries(sources, request),
      parseRange(request, clock()),
      request.limit,
    );
    return { status: 200, body: found.map(view) };
  },
);

const view = ({ kind, time, until, object, detail, jobId, foundAt }: FindingEntry) => ({
  kind,
  time: isoOrNull(time),
  until: isoOrNull(until),
  object,
  detail,
  job_id: jobId,
  found_at: iso(foundAt),
});

export const handler = createHandler(servicesFromEnv);
