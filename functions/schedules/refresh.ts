import { startForgotten } from '../core/jobs/start-forgotten.ts';
import { type RefreshTailPorts, refreshTails } from '../core/schedules/refresh.ts';
import { MINUTE } from '../core/time/time.ts';
import { scheduledHandler } from '../runtime/scheduled-handler.ts';
import { servicesFromEnv, type Uses } from '../runtime/services.ts';

/** Half of what its function has. */
const RECOUNT_BUDGET = MINUTE;

export const createHandler = scheduledHandler(
  'refresh',
  async (ports: RefreshTailPorts & Uses<'catalog'>, log) => {
    // Here, because it comes each minute: whoever reads the ledger by SQL sees what somebody deleted.
    const { lost } = await ports.catalog.recount(RECOUNT_BUDGET);
    const forgotten = await startForgotten(ports);
    const started = await refreshTails(ports);
    log.info('refresh', { started, forgotten, lost });
    return { started };
  },
);

export const handler = createHandler(servicesFromEnv);
