import { HOUR, MINUTE, SECOND } from '../../functions/core/time/time.ts';
import { anyHost, type RunFault, requestedOf, until, venueFault } from './drawing.ts';
import type { Host } from './fault.ts';

const HOSTS: readonly Host[] = ['usdm', 'usdm', 'spot', 'archive', 'listing', 'deribit', 'coinmetrics'];
const FAMILIES: readonly (readonly [family: string, of: Host])[] = [
  ['binance-usdm', 'usdm'],
  ['binance-usdm-funding', 'usdm'],
  ['binance-usdm-data', 'usdm'],
  ['binance-spot', 'spot'],
  ['deribit', 'deribit'],
];

/** What becomes of requests on their way. */
export const WIRE_FAULTS: readonly RunFault[] = [
  venueFault(
    'outage',
    0.5,
    (random, about) => ({
      host: anyHost(random, about, HOSTS),
      how: random.pick(['refused', 'status-503']),
      until: until(random, about, MINUTE, 5 * HOUR),
    }),
    'by requests',
  ),
  venueFault(
    'ban',
    0.2,
    (random, about) => ({
      host: anyHost(random, about, ['usdm', 'spot']),
      until: until(random, about, 2 * MINUTE, 3 * HOUR),
    }),
    'by requests',
  ),
  venueFault('throttle', 0.3, (random, about) => ({
    family: random.pick(requestedOf(about, FAMILIES, ([, host]) => host))[0],
    share: random.pick([0.3, 0.7, 0.95, 1]),
    until: until(random, about, 5 * MINUTE, HOUR),
  })),
  venueFault(
    'timeouts',
    0.3,
    (random, about) => ({
      host: anyHost(random, about, HOSTS),
      share: random.pick([0.2, 0.5, 1]),
      until: until(random, about, MINUTE, HOUR),
    }),
    'by requests',
  ),
  venueFault(
    'lost-answers',
    0.4,
    (random, about) => ({
      host: anyHost(random, about, HOSTS),
      share: random.pick([0.2, 0.5, 1]),
      until: until(random, about, MINUTE, HOUR),
    }),
    'by requests',
  ),
  venueFault(
    'late-answers',
    0.3,
    (random, about) => ({
      host: anyHost(random, about, HOSTS),
      ms: random.int(19) * SECOND,
      until: until(random, about, MINUTE, HOUR),
    }),
    'by requests',
  ),
  venueFault(
    'empty-answers',
    0.3,
    (random, about) => ({
      host: anyHost(random, about, ['usdm', 'usdm', 'spot', 'deribit', 'coinmetrics']),
      share: random.pick([0.2, 0.5, 1]),
      until: until(random, about, MINUTE, HOUR),
    }),
    'by requests',
  ),
  venueFault(
    'malformed-answers',
    0.3,
    (random, about) => ({
      host: anyHost(random, about, ['usdm', 'usdm', 'spot', 'listing', 'deribit', 'coinmetrics']),
      share: random.pick([0.2, 0.5, 1]),
      how: random.pick(['html', 'cut', 'shape']),
      until: until(random, about, MINUTE, HOUR),
    }),
    'by requests',
  ),
  venueFault('clock-skew', 0.2, (random, about) => ({
    ms: (random.chance(0.5) ? 1 : -1) * (SECOND + random.int(90 * SECOND)),
    until: until(random, about, 10 * MINUTE, 12 * HOUR),
  })),
];
