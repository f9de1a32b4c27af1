import { RowsQuery } from '../core/api/queries.ts';
import { parseInput } from '../core/bad-request.ts';
import { rowsAsked } from '../core/look/tables.ts';
import { httpHandler } from '../runtime/http-handler.ts';
import { servicesFromEnv } from '../runtime/services.ts';

export const createHandler = httpHandler(async ({ path, query }, { looker, sources }) => {
  const asked = rowsAsked(sources, path.table ?? '', parseInput(RowsQuery, query, 'the query'));
  return { status: 200, body: await looker.rows(asked) };
});

export const handler = createHandler(servicesFromEnv);
