import { watchInstruments } from '../core/listing/watch-instruments.ts';
import { watchLives } from '../core/listing/watch-lives.ts';
import { scheduledHandler } from '../runtime/scheduled-handler.ts';
import { servicesFromEnv } from '../runtime/services.ts';

export const createHandler = scheduledHandler(
  async (services, log) => {
    // The lists first: a symbol that has another state there is looked at again. A market that refuses keeps nobody from that.
    const [listed] = await Promise.allSettled([watchInstruments(services)]);
    const lives = await watchLives(services);
    if (listed.status === 'rejected') throw listed.reason;
    const changed = listed.value;
    log.info('instruments', { changed, lives });
    return { changed, ...(lives > 0 && { lives }) };
  },
  { noted: 'watch-instruments' },
);

export const handler = createHandler(servicesFromEnv);
