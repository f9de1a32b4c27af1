import type { Reply } from '../../core/api/operations.ts';
import { parseInput } from '../../core/errors/bad-request.ts';
import { ACTIVE_STATUSES } from '../../core/jobs/job.ts';
import type { BucketRun } from '../../core/queries/bucket-runs.ts';
import { coverageView } from '../../core/queries/coverage-view.ts';
import { CoverageQuery } from '../../core/queries/parameters.ts';
import { parseBounds, sourcesFor } from '../../core/queries/requested.ts';
import { RECOUNT_PATIENCE } from '../../core/series/schedule.ts';
import { iso } from '../../core/time/time.ts';
import { httpHandler } from '../../runtime/http-handler.ts';
import { servicesFromEnv, type Uses } from '../../runtime/services.ts';

export const createHandler = httpHandler(
  async (
    { query },
    { queries, catalog, jobs, sources, clock }: Uses<'queries' | 'catalog' | 'jobs' | 'sources' | 'clock'>,
  ): Promise<Reply<'coverage'>> => {
    const request = parseInput(CoverageQuery, query, 'the query');
    const { from, to } = parseBounds(request);
    const now = clock();
    const { symbol, timeframe, bucket } = request;
    const chosen = sourcesFor(sources, request.source);
    const ids = chosen.map(({ id }) => id);
    await catalog.recount(RECOUNT_PATIENCE, { sources: ids, ...(symbol && { symbols: [symbol] }) });
    const [accounts, active, rows] = await Promise.all([
      queries.accounts({ sources: ids, symbol, timeframe }),
      jobs.list({ statuses: ACTIVE_STATUSES, limit: 100 }),
      queries.rowCounts(chosen, { bucket, symbol, from, to }),
    ]);
    const series = coverageView(accounts, active.jobs, sources, { bucket, from, to: to ?? now, now }, rows);
    const body = series.map(({ start, end, runs, ...of }) => ({
      ...of,
      from: iso(start),
      to: iso(end),
      runs: runs.map(runView),
    }));
    return { status: 200, body };
  },
);

const runView = ({ start, end, inFlight, ...run }: BucketRun) => ({
  from: iso(start),
  to: iso(end),
  ...run,
  in_flight: inFlight,
});

export const handler = createHandler(servicesFromEnv);
