import { startForgotten } from '../core/jobs/start-forgotten.ts';
import { endAbandoned } from '../core/jobs/stop-job.ts';
import { type RefreshTailPorts, refreshTails } from '../core/schedules/refresh.ts';
import { MINUTE, SECOND } from '../core/time/time.ts';
import { scheduledHandler } from '../runtime/scheduled-handler.ts';
import { servicesFromEnv, type Uses } from '../runtime/services.ts';

/** A session that writes waits no longer than this for one that reads. */
const READER_PATIENCE = 30 * SECOND;

/** A tenth of a processor at most, until all days have their candles. */
const KEEPING_BUDGET = 5 * SECOND;

/** Half of what its function has. */
const RECOUNT_BUDGET = MINUTE;

export const createHandler = scheduledHandler(
  'refresh',
  async (
    ports: RefreshTailPorts & Uses<'catalog' | 'events' | 'readerWatch' | 'candleKeeper' | 'workflow'>,
    log,
  ) => {
    // First of all, because what follows may be what waits.
    for (const ended of await ports.readerWatch.endStalling(READER_PATIENCE))
      log.warn('reader ended', { ...ended });
    // Here, because it runs each minute: the ledger shows by SQL what somebody deleted.
    const { lost } = await ports.catalog.recount(RECOUNT_BUDGET);
    const forgotten = await startForgotten(ports);
    const started = await refreshTails(ports);
    const { ended, resumed } = await endAbandoned(ports);
    for (const jobId of ended) log.warn('execution ended without a word', { jobId });
    // Last of all: nobody waits for it, and what was marked above is folded.
    const kept = await ports.candleKeeper.keepCandles(KEEPING_BUDGET);
    log.info('refresh', { started, forgotten, resumed, lost, kept });
    return { started };
  },
);

export const handler = createHandler(servicesFromEnv);
