import { parseInput } from '../../core/errors/bad-request.ts';
import { RowsQuery } from '../../core/queries/parameters.ts';
import { parseRowsRequest } from '../../core/queries/tables.ts';
import { httpHandler } from '../../runtime/http-handler.ts';
import { servicesFromEnv } from '../../runtime/services.ts';

export const createHandler = httpHandler(async ({ path, query }, { queries, sources }) => {
  const asked = parseRowsRequest(sources, path.table ?? '', parseInput(RowsQuery, query, 'the query'));
  return { status: 200, body: await queries.rows(asked) };
});

export const handler = createHandler(servicesFromEnv);
