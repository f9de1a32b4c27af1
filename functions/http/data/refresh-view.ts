import type { Reply } from '../../core/api/operations.ts';
import { readRefresh, refreshView } from '../../core/queries/refresh-view.ts';
import { httpHandler } from '../../runtime/http-handler.ts';
import { servicesFromEnv, type Uses } from '../../runtime/services.ts';

export const createHandler = httpHandler(
  async ({ body }, services: Uses<'aggregates' | 'clock'>, log): Promise<Reply<'refreshView'>> => {
    const refreshed = await refreshView(services, readRefresh(body));
    log.info('refreshed', { ...refreshed });
    return { status: 200, body: refreshed };
  },
  { body: true },
);

export const handler = createHandler(servicesFromEnv);
