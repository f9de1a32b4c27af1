import type { Clock } from '../functions/core/time/time.ts';
import { SimClock } from './frame/clock.ts';
import { Faults } from './frame/faults/faults.ts';
import { Outages } from './frame/faults/outages.ts';
import { type ArchiveOverride, Overrides, type RowsOverride } from './frame/faults/overrides.ts';
import { Restatements } from './frame/faults/restatements.ts';
import { Switches } from './frame/faults/switches.ts';
import { Limiter } from './frame/limiter.ts';
import type { VenueContext } from './frame/module.ts';
import { Requests } from './frame/requests.ts';
import { listen } from './frame/server.ts';
import { seedOf } from './numbers/noise.ts';
import { environmentAt, venueModules } from './registry.ts';

export interface VenuesOptions {
  /** 0 (default): any free port of 127.0.0.1 */
  readonly port?: number;
  /** same seed, same market; defaults to `gordon` */
  readonly seed?: string | number;
  /** base of the simulated clock; defaults to `Date.now` */
  readonly clock?: Clock;
  /** keeps generated archive files between runs */
  readonly cacheDir?: string;
  readonly overrides?: { archives?: readonly ArchiveOverride[]; rows?: readonly RowsOverride[] };
  /** errors of the simulator itself (each is also a 500); printed on stderr by default */
  readonly onError?: (error: unknown) => void;
}

export interface Venues {
  readonly port: number;
  readonly url: string;
  /** module id → base URL */
  readonly baseUrls: Readonly<Record<string, string>>;
  /** environment that points the adapters here, with the keys that the simulated venues require */
  readonly env: Readonly<Record<string, string>>;
  readonly faults: Faults;
  readonly requests: Requests;
  /** what `/_control/` does, in process */
  readonly control: {
    readonly clock: SimClock;
    readonly outages: Outages;
    readonly limits: Limiter;
    readonly overrides: Overrides;
    readonly restatements: Restatements;
    readonly switches: Switches;
    readonly context: VenueContext;
  };
  close(): Promise<void>;
}

/** Starts all simulated venues on one port. */
export async function startVenues(options: VenuesOptions = {}): Promise<Venues> {
  const clock = new SimClock(options.clock ?? Date.now);
  const requests = new Requests();
  const values = new Map<string, unknown>();
  const context: VenueContext = {
    now: clock.now,
    seed: seedOf(options.seed ?? 'gordon'),
    cacheDir: options.cacheDir,
    limiter: new Limiter(clock.now, clock.isHeld),
    faults: new Faults(clock.now),
    outages: new Outages(),
    overrides: new Overrides(options.overrides, clock.now),
    restatements: new Restatements(),
    switches: new Switches(),
    shared<T>(key: string, make: () => T): T {
      if (!values.has(key)) values.set(key, make());
      return values.get(key) as T;
    },
  };
  for (const { limits } of venueModules) for (const spec of limits ?? []) context.limiter.declare(spec);
  const mounted = venueModules.map((module) => ({ module, handle: module.open(context) }));
  const { port, url, close } = await listen(
    options.port ?? 0,
    mounted,
    { modules: venueModules, context, clock, requests },
    options.onError ?? ((error) => console.error('venues simulator:', error)),
  );
  return {
    port,
    url,
    baseUrls: Object.fromEntries(venueModules.map((m) => [m.id, url + m.prefix])),
    env: environmentAt(url),
    faults: context.faults,
    requests,
    control: {
      clock,
      outages: context.outages,
      limits: context.limiter,
      overrides: context.overrides,
      restatements: context.restatements,
      switches: context.switches,
      context,
    },
    close,
  };
}
