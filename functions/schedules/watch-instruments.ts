import { keepUniverse, type RefreshUniversePorts } from '../core/listing/dated/refresh-universe.ts';
import { type InstrumentPorts, watchInstruments } from '../core/listing/watch-instruments.ts';
import { type WatchLivesPorts, watchLives } from '../core/listing/watch-lives.ts';
import { scheduledHandler } from '../runtime/scheduled-handler.ts';
import { servicesFromEnv } from '../runtime/services.ts';

export const createHandler = scheduledHandler(
  'watch-instruments',
  async (ports: InstrumentPorts & WatchLivesPorts & RefreshUniversePorts, log) => {
    // The lists first: a symbol that has another state there is looked at again. What fails keeps nobody from the rest.
    const [listed] = await Promise.allSettled([watchInstruments(ports)]);
    const [looked] = await Promise.allSettled([watchLives(ports)]);
    const [kept] = await Promise.allSettled([keepUniverse(ports)]);
    const [changed, lives, universe] = [settledValue(listed), settledValue(looked), settledValue(kept)];
    log.info('instruments', { changed, lives, universe });
    return { changed, ...(lives > 0 && { lives }), ...(universe > 0 && { universe }) };
  },
);

function settledValue<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === 'rejected') throw settled.reason;
  return settled.value;
}

export const handler = createHandler(servicesFromEnv);
