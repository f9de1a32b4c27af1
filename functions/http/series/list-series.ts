import type { Reply } from '../../core/api/operations.ts';
import { parseInput } from '../../core/errors/bad-request.ts';
import { ReportQuery } from '../../core/queries/parameters.ts';
import { sourcesFor } from '../../core/queries/requested.ts';
import { followedView } from '../../core/upkeep/unfollow.ts';
import { httpHandler } from '../../runtime/http-handler.ts';
import { servicesFromEnv, type Uses } from '../../runtime/services.ts';

export const createHandler = httpHandler(
  async (
    { query },
    { catalogReader, sources }: Uses<'catalogReader' | 'sources'>,
  ): Promise<Reply<'listSeries'>> => {
    const { source, symbol } = parseInput(ReportQuery, query, 'the query');
    const ids = sourcesFor(sources, source).map(({ id }) => id);
    const series = await catalogReader.report({ sources: ids, ...(symbol && { symbols: [symbol] }) });
    return { status: 200, body: series.map((one) => followedView(one, sources)) };
  },
);

export const handler = createHandler(servicesFromEnv);
