import { refreshTails } from '../core/run/refresh.ts';
import { startForgotten } from '../core/run/start-forgotten.ts';
import { MINUTE } from '../core/time.ts';
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
