import type { Reply } from '../../core/api/operations.ts';
import { parseInput } from '../../core/errors/bad-request.ts';
import { RowsQuery } from '../../core/queries/parameters.ts';
import { parseRowsRequest } from '../../core/queries/tables.ts';
import { httpHandler } from '../../runtime/http-handler.ts';
import { servicesFromEnv, type Uses } from '../../runtime/services.ts';

export const createHandler = httpHandler(
  async ({ path, query }, { queries, sources }: Uses<'queries' | 'sources'>): Promise<Reply<'rows'>> => {
    const request = parseRowsRequest(sources, path.table ?? '', parseInput(RowsQuery, query, 'the query'));
    return { status: 200, body: await queries.rows(request) };
  },
);

export const handler = createHandler(servicesFromEnv);
