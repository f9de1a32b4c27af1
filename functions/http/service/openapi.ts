import { openApi } from '../../core/api/openapi.ts';
import type { Reply } from '../../core/api/operations.ts';
import { parseInput } from '../../core/errors/bad-request.ts';
import { NoQuery } from '../../core/queries/parameters.ts';
import { httpHandler } from '../../runtime/http-handler.ts';
import { servicesFromEnv, type Uses } from '../../runtime/services.ts';

/** The document does not change while the program runs. */
let document: ReturnType<typeof openApi> | undefined;

export const createHandler = httpHandler(
  async ({ query }, { sources }: Uses<'sources'>): Promise<Reply<'openapi'>> => {
    parseInput(NoQuery, query, 'the query');
    document ??= openApi(sources);
    return { status: 200, body: document };
  },
);

export const handler = createHandler(servicesFromEnv);
