import { watchHistories } from '../core/schedules/watch-histories.ts';
import { scheduledHandler } from '../runtime/scheduled-handler.ts';
import { servicesFromEnv } from '../runtime/services.ts';

export const createHandler = scheduledHandler(
  async (services, log) => {
    const result = await watchHistories(services);
    log.info('histories watched', { ...result });
    return result;
  },
  { noted: 'watch-histories' },
);

export const handler = createHandler(servicesFromEnv);
