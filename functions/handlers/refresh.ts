import { refreshTails } from '../core/run/refresh.ts';
import { startForgotten } from '../core/run/start-forgotten.ts';
import { scheduledHandler } from '../runtime/scheduled-handler.ts';
import { servicesFromEnv } from '../runtime/services.ts';

export const createHandler = scheduledHandler(
  async (services, log) => {
    const forgotten = await startForgotten(services);
    const started = await refreshTails(services);
    log.info('refresh', { started, forgotten });
    return { started };
  },
  { noted: 'refresh' },
);

export const handler = createHandler(servicesFromEnv);
