import type { Host, LimitFamily } from '../../core/series/venue.ts';

/** The host of Bybit. The environment variable points it at a mirror or at the simulator. */
export const bybitHost = {
  env: 'GORDON_BYBIT_URL',
  url: 'https://api.bybit.com',
} as const satisfies Host;

/**
 * Bybit allows 600 requests in 5 seconds from one address and answers more with a ban of ten minutes. It does not tell
 * when its windows turn, and two of ours may meet in one of its: hence half of it for each of ours.
 */
export const bybitFamily = { id: 'bybit', limit: 300, windowMs: 5_000 } as const satisfies LimitFamily;
