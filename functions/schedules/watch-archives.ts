import { type WatchPorts, watchArchives } from '../core/schedules/watch-archives.ts';
import { scheduledHandler } from '../runtime/scheduled-handler.ts';
import { servicesFromEnv } from '../runtime/services.ts';

export const createHandler = scheduledHandler('watch-archives', async (ports: WatchPorts, log) => {
  const result = await watchArchives(ports);
  log.info('archives watched', { ...result });
  return result;
});

export const handler = createHandler(servicesFromEnv);
