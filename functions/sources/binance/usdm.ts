import type { Series } from '../../core/series/series.ts';
import type { ListingProbe } from '../../core/series/source.ts';
import type { HttpRequest } from '../../core/series/venue.ts';
import { statusIn } from './exchange-info.ts';
import { binanceFamilies, binanceHosts } from './hosts.ts';
import { binance } from './venue.ts';

/**
 * Page sizes of the candles of USD-M. The weight depends on the limit. The published bands and the measured ones differ by one row at
 * their borders: these sizes weigh the same by both. A limit above 1500 is refused, not capped.
 */
export const USDM_PAGES = [
  { limit: 99, weight: 1 },
  { limit: 499, weight: 2 },
  { limit: 1000, weight: 5 },
  { limit: 1500, weight: 10 },
] as const;

/** A request to the futures host. Its limit family defaults to the one that counts weight. */
export const usdmRequest = (
  path: string,
  query: NonNullable<HttpRequest['query']>,
  family: HttpRequest['family'] = binanceFamilies.usdm,
): HttpRequest => ({ venue: binance, host: binanceHosts.usdm, path, query, family, weight: 1 });

/** Whether a perpetual still trades. The route lists all of them for the weight of one. */
export const usdmStatus: Pick<ListingProbe, 'status' | 'isTrading'> = {
  status: () => usdmRequest('/fapi/v1/exchangeInfo', {}),
  isTrading: (body: Uint8Array, { symbol }: Series) => statusIn(body, symbol) === 'TRADING',
};
