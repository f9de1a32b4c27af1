import type { Host, LimitFamily, Venue } from '../../core/series/venue.ts';
import { SECOND } from '../../core/time/time.ts';
import { judgeRest } from '../rest/judge.ts';

export const coinMetricsHost = {
  env: 'GORDON_COINMETRICS_URL',
  url: 'https://community-api.coinmetrics.io',
} as const satisfies Host;

/** The community API allows an address 10 requests in 6 seconds. */
export const coinMetricsFamily = {
  id: 'coinmetrics',
  limit: 10,
  windowMs: 6 * SECOND,
} as const satisfies LimitFamily;

export const coinMetrics: Venue = {
  id: 'coinmetrics',
  judge: (answer) => judgeRest(answer, coinMetricsHost),
};
