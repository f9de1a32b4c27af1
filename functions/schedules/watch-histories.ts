import { type HistoryPorts, watchHistories } from '../core/schedules/watch-histories.ts';
import { scheduledHandler } from '../runtime/scheduled-handler.ts';
import { servicesFromEnv } from '../runtime/services.ts';

export const createHandler = scheduledHandler('watch-histories', async (ports: HistoryPorts, log) => {
  const result = await watchHistories(ports);
  log.info('histories watched', { ...result });
  return result;
});

export const handler = createHandler(servicesFromEnv);
