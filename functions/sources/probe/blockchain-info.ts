import type { Host, HttpRequest, LimitFamily, Venue } from '../../core/series/venue.ts';
import { MINUTE } from '../../core/time/time.ts';
import { judgeRest } from '../rest/judge.ts';

const host = {
  env: 'GORDON_BLOCKCHAIN_INFO_URL',
  url: 'https://api.blockchain.info',
} as const satisfies Host;

/** About 10 requests a minute, as other people measured. */
const family = { id: 'blockchain-info', limit: 10, windowMs: MINUTE } as const satisfies LimitFamily;

const venue: Venue = { id: 'blockchain-info', judge: (answer) => judgeRest(answer, host) };

/** Bitcoin's market capitalisation of every day: unless sampling is turned off, the chart is thinned. */
export const chartRequest: HttpRequest = {
  venue,
  host,
  family,
  path: '/charts/market-cap',
  query: { timespan: 'all', format: 'json', sampled: 'false' },
};
