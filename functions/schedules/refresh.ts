import { startForgotten } from '../core/jobs/start-forgotten.ts';
import { refreshTails } from '../core/schedules/refresh.ts';
import { MINUTE } from '../core/time/time.ts';
import { scheduledHandler } from '../runtime/scheduled-handler.ts';
import { servicesFromEnv } from '../runtime/services.ts';

/** Half of what its function has. */
const RECOUNT_BUDGET = MINUTE;

export const createHandler = scheduledHandler(
  async (services, log) => {
    // Here, because it comes each minute: whoever reads the ledger by SQL sees what somebody deleted.
    const { lost } = await services.catalog.recount(RECOUNT_BUDGET);
    const forgotten = await startForgotten(services);
    const started = await refreshTails(services);
    log.info('refresh', { started, forgotten, lost });
    return { started };
  },
  { noted: 'refresh' },
);

export const handler = createHandler(servicesFromEnv);
