import { parseInput } from '../../core/errors/bad-request.ts';
import { SpansQuery } from '../../core/queries/parameters.ts';
import type { FindingEntry } from '../../core/queries/ports.ts';
import { findSeries, parseRange } from '../../core/queries/requested.ts';
import { iso } from '../../core/time/time.ts';
import { httpHandler } from '../../runtime/http-handler.ts';
import { servicesFromEnv } from '../../runtime/services.ts';

export const createHandler = httpHandler(async ({ query }, { queries, sources, clock }) => {
  const asked = parseInput(SpansQuery, query, 'the query');
  const found = await queries.findings(findSeries(sources, asked), parseRange(asked, clock()), asked.limit);
  return { status: 200, body: found.map(view) };
});

const isoOrNull = (at: number | null) => (at === null ? null : iso(at));

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
