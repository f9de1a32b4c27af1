import type { Reply } from '../../core/api/operations.ts';
import { parseInput } from '../../core/errors/bad-request.ts';
import { NoQuery } from '../../core/queries/parameters.ts';
import { retentionView } from '../../core/upkeep/retention.ts';
import { httpHandler } from '../../runtime/http-handler.ts';
import { servicesFromEnv, type Uses } from '../../runtime/services.ts';

export const createHandler = httpHandler(
  async ({ query }, { catalogReader }: Uses<'catalogReader'>): Promise<Reply<'listRetention'>> => {
    parseInput(NoQuery, query, 'the query');
    return { status: 200, body: (await catalogReader.retention()).map(retentionView) };
  },
);

export const handler = createHandler(servicesFromEnv);
