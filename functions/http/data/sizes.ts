import type { Reply } from '../../core/api/operations.ts';
import { parseInput } from '../../core/errors/bad-request.ts';
import { NoQuery } from '../../core/queries/parameters.ts';
import { tableSizes, tableSizeView } from '../../core/queries/sizes.ts';
import { httpHandler } from '../../runtime/http-handler.ts';
import { servicesFromEnv, type Uses } from '../../runtime/services.ts';

export const createHandler = httpHandler(
  async ({ query }, { queries, sources }: Uses<'queries' | 'sources'>): Promise<Reply<'sizes'>> => {
    parseInput(NoQuery, query, 'the query');
    const [stored, rows] = await Promise.all([queries.sizes(), queries.ledgerRows()]);
    return { status: 200, body: tableSizes(stored, rows, sources).map(tableSizeView) };
  },
);

export const handler = createHandler(servicesFromEnv);
