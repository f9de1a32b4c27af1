import { SpansQuery } from '../core/api/queries.ts';
import { parseInput } from '../core/bad-request.ts';
import { rangeAsked, seriesAsked } from '../core/look/asked.ts';
import type { FindingEntry } from '../core/look/looker.ts';
import { iso } from '../core/time.ts';
import { httpHandler } from '../runtime/http-handler.ts';
import { servicesFromEnv } from '../runtime/services.ts';

export const createHandler = httpHandler(async ({ query }, { looker, sources, clock }) => {
  const asked = parseInput(SpansQuery, query, 'the query');
  const found = await looker.findings(seriesAsked(sources, asked), rangeAsked(asked, clock()), asked.limit);
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
