import { alternativeMe } from './alternative-me/index.ts';
import { binanceArchive } from './binance-archive/index.ts';
import { binanceListing } from './binance-archive/listing.ts';
import { binanceCoinm } from './binance-coinm/index.ts';
import { binanceSpot } from './binance-spot/index.ts';
import { binanceUsdm } from './binance-usdm/index.ts';
import { blockchainInfo } from './blockchain-info/index.ts';
import { bybit } from './bybit/index.ts';
import { coinmetrics } from './coinmetrics/index.ts';
import { defillama } from './defillama/index.ts';
import { deribit, deribitHistory } from './deribit/index.ts';
import type { VenueModule } from './frame/module.ts';
import { fred } from './fred/index.ts';
import { hyperliquid } from './hyperliquid/index.ts';
import { okx } from './okx/index.ts';
import { tardis } from './tardis/index.ts';

/** Every simulated host: one line each. */
export const venueModules: readonly VenueModule[] = [
  binanceSpot,
  binanceUsdm,
  binanceArchive,
  binanceListing,
  bybit,
  alternativeMe,
  blockchainInfo,
  coinmetrics,
  defillama,
  deribit,
  fred,
  binanceCoinm,
  okx,
  hyperliquid,
  deribitHistory,
  tardis,
];

/** Environment that points the adapters at a simulator, with the keys that it requires. @param url its base */
export const environmentAt = (url: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    venueModules.flatMap(({ env, prefix, key }) => [
      [env, url + prefix],
      ...(key ? [[key.env, key.value]] : []),
    ]),
  );
