import type { Reply } from '../../core/api/operations.ts';
import { parseInput } from '../../core/errors/bad-request.ts';
import { type UniversePorts, UniverseQuery, universeView } from '../../core/queries/universe-view.ts';
import { httpHandler } from '../../runtime/http-handler.ts';
import { servicesFromEnv } from '../../runtime/services.ts';

export const createHandler = httpHandler(
  async ({ query }, services: UniversePorts): Promise<Reply<'universe'>> => ({
    status: 200,
    body: await universeView(services, parseInput(UniverseQuery, query, 'the query')),
  }),
);

export const handler = createHandler(servicesFromEnv);
