import type { Series } from '../../core/series/series.ts';
import type { ListingProbe } from '../../core/series/source.ts';
import type { HttpRequest } from '../../core/series/venue.ts';
import { statusIn } from './exchange-info.ts';
import { binanceFamilies, binanceHosts } from './hosts.ts';
import { binance } from './venue.ts';

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
