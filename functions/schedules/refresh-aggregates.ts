import * as z from 'zod';
import { refreshAggregates } from '../core/jobs/refresh-aggregates.ts';
import { HOUR } from '../core/time/time.ts';
import { scheduledHandler } from '../runtime/scheduled-handler.ts';
import { servicesFromEnv } from '../runtime/services.ts';

/** A host that calls more often than the manifest says tells so. */
const Scheduled = z.object({ everySeconds: z.number().positive().default(60) });

export const createHandler = scheduledHandler(async (services, log, event) => {
  const { everySeconds } = Scheduled.parse(event);
  const left = await refreshAggregates(services, { lookback: HOUR });
  if (left.length > 0) log.info('aggregates caught up', { jobs: left });
  const refreshed = await services.aggregates.refreshRecent(everySeconds);
  return { refreshed, jobs: left };
});

export const handler = createHandler(servicesFromEnv);
