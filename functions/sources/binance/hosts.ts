import type { Host, LimitFamily } from '../../core/series/venue.ts';

/** The hosts of Binance. Each environment variable points its host at a mirror or at the simulator. */
export const binanceHosts = {
  spot: { env: 'GORDON_BINANCE_SPOT_URL', url: 'https://api.binance.com' },
  usdm: { env: 'GORDON_BINANCE_USDM_URL', url: 'https://fapi.binance.com' },
  coinm: { env: 'GORDON_BINANCE_COINM_URL', url: 'https://dapi.binance.com' },
  archive: { env: 'GORDON_BINANCE_ARCHIVE_URL', url: 'https://data.binance.vision' },
  listing: {
    env: 'GORDON_BINANCE_LISTING_URL',
    url: 'https://s3-ap-northeast-1.amazonaws.com/data.binance.vision',
  },
} as const satisfies Record<string, Host>;

const MINUTE = 60_000;
const USED_WEIGHT = 'x-mbx-used-weight-1m';

/** Budgets per egress address. Each is counted separately, in windows of the venue's clock. */
export const binanceFamilies = {
  spot: { id: 'binance-spot', limit: 6000, windowMs: MINUTE, usedHeader: USED_WEIGHT },
  // One pool for the hosts of USD-M and COIN-M since the end of June 2026, by the venue's notice: two budgets would spend it twice.
  usdm: { id: 'binance-usdm', limit: 2400, windowMs: MINUTE, usedHeader: USED_WEIGHT },
  // The next two count requests and send no header, so the use by other programs on this address is unknown.
  usdmFunding: { id: 'binance-usdm-funding', limit: 500, windowMs: 5 * MINUTE },
  usdmData: { id: 'binance-usdm-data', limit: 1000, windowMs: 5 * MINUTE },
} as const satisfies Record<string, LimitFamily>;
