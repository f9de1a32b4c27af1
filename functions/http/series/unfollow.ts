import type { Reply } from '../../core/api/operations.ts';
import { badRequest, parseInput } from '../../core/errors/bad-request.ts';
import { UnfollowQuery } from '../../core/queries/parameters.ts';
import { sourcesFor } from '../../core/queries/requested.ts';
import { type PurgePorts, purge } from '../../core/upkeep/purge.ts';
import { pickSeries, unfollow } from '../../core/upkeep/unfollow.ts';
import { httpHandler } from '../../runtime/http-handler.ts';
import { servicesFromEnv, type Uses } from '../../runtime/services.ts';

export const createHandler = httpHandler(
  async ({ query }, services: PurgePorts & Uses<'catalog'>, log): Promise<Reply<'unfollow'>> => {
    const given = parseInput(UnfollowQuery, query, 'the query');
    const ids = sourcesFor(services.sources, given.source).map(({ id }) => id);
    const request = { sources: ids, symbols: given.symbols.split(','), timeframe: given.timeframe };
    if (given.purge === 'false') {
      const series = await unfollow(services, request);
      log.info('series unfollowed', { series });
      return { status: 200, body: { unfollowed: series } };
    }
    if (given.confirm !== given.symbols) throw unconfirmed(given.symbols);
    const purged = await purge(services, request);
    log.warn('series purged', { purged });
    return { status: 200, body: { unfollowed: purged.map(pickSeries), purged } };
  },
);

const unconfirmed = (symbols: string) =>
  badRequest(
    'purge-unconfirmed',
    symbols,
    'a purge deletes every row of these series, so it must be confirmed; nothing was done.',
    `Repeat the request with confirm=${encodeURIComponent(symbols)}.`,
  );

export const handler = createHandler(servicesFromEnv);
