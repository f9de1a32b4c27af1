import type { Host, LimitFamily } from '../../core/series/venue.ts';

/** The host of Bybit. The environment variable points it at a mirror or at the simulator. */
export const bybitHost = {
  env: 'GORDON_BYBIT_URL',
  url: 'https://api.bybit.com',
} as const satisfies Host;

/**
 * Bybit allows 600 requests in 5 seconds from one address and answers more with a ban of ten minutes. It does not say
 * when its windows begin, and two of ours may overlap one of its, so each of ours gets half of the limit.
 */
export const bybitFamily = { id: 'bybit', limit: 300, windowMs: 5_000 } as const satisfies LimitFamily;
