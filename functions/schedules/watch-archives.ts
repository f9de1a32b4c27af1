import { watchArchives } from '../core/schedules/watch-archives.ts';
import { scheduledHandler } from '../runtime/scheduled-handler.ts';
import { servicesFromEnv } from '../runtime/services.ts';

export const createHandler = scheduledHandler(
  async (services, log) => {
    const result = await watchArchives(services);
    log.info('archives watched', { ...result });
    return result;
  },
  { noted: 'watch-archives' },
);

export const handler = createHandler(servicesFromEnv);
