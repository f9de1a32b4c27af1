import type { Reply } from '../../core/api/operations.ts';
import { parseInput } from '../../core/errors/bad-request.ts';
import { dictionary } from '../../core/queries/dictionary.ts';
import { NoQuery } from '../../core/queries/parameters.ts';
import { isoOrNull } from '../../core/time/time.ts';
import { httpHandler } from '../../runtime/http-handler.ts';
import { servicesFromEnv, type Uses } from '../../runtime/services.ts';

export const createHandler = httpHandler(
  async ({ query }, { queries, sources }: Uses<'queries' | 'sources'>): Promise<Reply<'listTables'>> => {
    parseInput(NoQuery, query, 'the query');
    const described = dictionary(await queries.tables(), sources);
    const body = described.map(({ sources: filledBy, ...table }) => ({
      ...table,
      sources: filledBy.map(({ since, ...source }) => ({ ...source, since: isoOrNull(since) })),
    }));
    return { status: 200, body };
  },
);

export const handler = createHandler(servicesFromEnv);
