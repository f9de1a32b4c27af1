import { type InstrumentPorts, watchInstruments } from '../core/listing/watch-instruments.ts';
import { type WatchLivesPorts, watchLives } from '../core/listing/watch-lives.ts';
import { scheduledHandler } from '../runtime/scheduled-handler.ts';
import { servicesFromEnv } from '../runtime/services.ts';

export const createHandler = scheduledHandler(
  'watch-instruments',
  async (ports: InstrumentPorts & WatchLivesPorts, log) => {
    // The lists first: a symbol that has another state there is looked at again. A market that refuses keeps nobody from that.
    const [listed] = await Promise.allSettled([watchInstruments(ports)]);
    const lives = await watchLives(ports);
    if (listed.status === 'rejected') throw listed.reason;
    const changed = listed.value;
    log.info('instruments', { changed, lives });
    return { changed, ...(lives > 0 && { lives }) };
  },
);

export const handler = createHandler(servicesFromEnv);
