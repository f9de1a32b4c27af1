import { UnfollowQuery } from '../core/api/queries.ts';
import { parseInput } from '../core/bad-request.ts';
import { sourcesFor } from '../core/look/asked.ts';
import { unfollow } from '../core/run/unfollow.ts';
import { httpHandler } from '../runtime/http-handler.ts';
import { servicesFromEnv } from '../runtime/services.ts';

export const createHandler = httpHandler(async ({ query }, services, log) => {
  const { source, symbols, timeframe } = parseInput(UnfollowQuery, query, 'the query');
  const ids = sourcesFor(services.sources, source).map(({ id }) => id);
  const series = await unfollow(services, { sources: ids, symbols: symbols.split(','), timeframe });
  log.info('series unfollowed', { series });
  return { status: 200, body: { unfollowed: series } };
});

export const handler = createHandler(servicesFromEnv);
