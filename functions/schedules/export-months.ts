import { scheduledExport } from '../core/exports/scheduled-export.ts';
import { scheduledExports } from '../runtime/exports/scheduled.ts';
import { scheduledHandler } from '../runtime/scheduled-handler.ts';
import { servicesFromEnv, type Uses } from '../runtime/services.ts';

export const createHandler = scheduledHandler(
  'export',
  async (services: Uses<'exportTo' | 'months' | 'sources' | 'clock'>, log) => {
    const { sources, clock } = services;
    const result = await scheduledExport({ exports: scheduledExports(services), sources, clock });
    if (result === 'busy') {
      log.info('another export is at work there: the next run goes on');
      return { skipped: true, busy: true };
    }
    if (result) log.info('exported', { ...result });
    return result ?? { skipped: true };
  },
);

export const handler = createHandler(servicesFromEnv);
