import { binanceArchive } from './binance-archive/index.ts';
import { binanceSpot } from './binance-spot/index.ts';
import { binanceUsdm } from './binance-usdm/index.ts';
import type { VenueModule } from './frame/module.ts';

/** Every simulated host: one line each. */
export const venueModules: readonly VenueModule[] = [binanceSpot, binanceUsdm, binanceArchive];
