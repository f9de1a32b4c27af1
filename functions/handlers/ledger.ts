import { SpansQuery } from '../core/api/queries.ts';
import { parseInput } from '../core/bad-request.ts';
import { rangeAsked, seriesAsked } from '../core/look/asked.ts';
import type { LedgerEntry } from '../core/look/looker.ts';
import { iso } from '../core/time.ts';
import { httpHandler } from '../runtime/http-handler.ts';
import { servicesFromEnv } from '../runtime/services.ts';

export const createHandler = httpHandler(async ({ query }, { looker, sources, clock }) => {
  const asked = parseInput(SpansQuery, query, 'the query');
  const entries = await looker.ledger(seriesAsked(sources, asked), rangeAsked(asked, clock()), asked.limit);
  return { status: 200, body: entries.map(view) };
});

const view = ({ start, end, jobId, fetchedAt, ...entry }: LedgerEntry) => ({
  from: iso(start),
  to: iso(end),
  ...entry,
  job_id: jobId,
  fetched_at: iso(fetchedAt),
});

export const handler = createHandler(servicesFromEnv);
