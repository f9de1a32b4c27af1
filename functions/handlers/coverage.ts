import { CoverageQuery } from '../core/api/queries.ts';
import { parseInput } from '../core/bad-request.ts';
import { ACTIVE_STATUSES } from '../core/job.ts';
import { boundsAsked, sourcesFor } from '../core/look/asked.ts';
import type { BucketRun } from '../core/look/bucket-runs.ts';
import { coverageView } from '../core/look/coverage-view.ts';
import { RECOUNT_PATIENCE } from '../core/schedule.ts';
import { iso } from '../core/time.ts';
import { httpHandler } from '../runtime/http-handler.ts';
import { servicesFromEnv } from '../runtime/services.ts';

export const createHandler = httpHandler(async ({ query }, { looker, catalog, jobs, sources, clock }) => {
  const asked = parseInput(CoverageQuery, query, 'the query');
  const { from, to } = boundsAsked(asked);
  const now = clock();
  const { symbol, timeframe, bucket } = asked;
  const chosen = sourcesFor(sources, asked.source);
  const ids = chosen.map(({ id }) => id);
  await catalog.recount(RECOUNT_PATIENCE, { sources: ids, ...(symbol && { symbols: [symbol] }) });
  const [accounts, active, rows] = await Promise.all([
    looker.accounts({ sources: ids, symbol, timeframe }),
    jobs.list({ statuses: ACTIVE_STATUSES, limit: 100 }),
    looker.rowCounts(chosen, { bucket, symbol, from, to }),
  ]);
  const series = coverageView(accounts, active.jobs, sources, { bucket, from, to: to ?? now, now }, rows);
  const body = series.map(({ start, end, runs, ...of }) => ({
    ...of,
    from: iso(start),
    to: iso(end),
    runs: runs.map(runView),
  }));
  return { status: 200, body };
});

const runView = ({ start, end, inFlight, ...run }: BucketRun) => ({
  from: iso(start),
  to: iso(end),
  ...run,
  in_flight: inFlight,
});

export const handler = createHandler(servicesFromEnv);
