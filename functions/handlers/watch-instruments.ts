import { watchInstruments } from '../core/run/watch-instruments.ts';
import { scheduledHandler } from '../runtime/scheduled-handler.ts';
import { servicesFromEnv } from '../runtime/services.ts';

export const createHandler = scheduledHandler(
  async (services, log) => {
    const changed = await watchInstruments(services);
    log.info('instruments', { changed });
    return { changed };
  },
  { noted: 'watch-instruments' },
);

export const handler = createHandler(servicesFromEnv);
