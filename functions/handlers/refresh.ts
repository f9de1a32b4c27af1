import { refreshTails } from '../core/run/refresh.ts';
import { scheduledHandler } from '../runtime/scheduled-handler.ts';
import { servicesFromEnv } from '../runtime/services.ts';

export const createHandler = scheduledHandler(
  async (services, log) => {
    const started = await refreshTails(services);
    log.info('refresh', { started });
    return { started };
  },
  { noted: 'refresh' },
);

export const handler = createHandler(servicesFromEnv);
