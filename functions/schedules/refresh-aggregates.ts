import * as z from 'zod';
import { type RefreshPorts, refreshAggregates } from '../core/jobs/refresh-aggregates.ts';
import { HOUR } from '../core/time/time.ts';
import { eventHandler } from '../runtime/scheduled-handler.ts';
import { servicesFromEnv } from '../runtime/services.ts';

/** A host that calls more often than the manifest says gives its own period. */
const Scheduled = z.object({ everySeconds: z.number().positive().default(60) });

export const createHandler = eventHandler(async (ports: RefreshPorts, log, event) => {
  const { everySeconds } = Scheduled.parse(event);
  const left = await refreshAggregates(ports, { lookback: HOUR });
  if (left.length > 0) log.info('aggregates caught up', { jobs: left });
  const refreshed = await ports.aggregates.refreshRecent(everySeconds);
  return { refreshed, jobs: left };
});

export const handler = createHandler(servicesFromEnv);
