import { ReportQuery } from '../core/api/queries.ts';
import { parseInput } from '../core/bad-request.ts';
import { sourcesFor } from '../core/look/asked.ts';
import { followedView } from '../core/run/unfollow.ts';
import { httpHandler } from '../runtime/http-handler.ts';
import { servicesFromEnv } from '../runtime/services.ts';

export const createHandler = httpHandler(async ({ query }, { catalog, sources }) => {
  const { source, symbol } = parseInput(ReportQuery, query, 'the query');
  const ids = sourcesFor(sources, source).map(({ id }) => id);
  const series = await catalog.report({ sources: ids, ...(symbol && { symbols: [symbol] }) });
  return { status: 200, body: series.map((one) => followedView(one, sources)) };
});

export const handler = createHandler(servicesFromEnv);
