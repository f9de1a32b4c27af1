import type { Series } from '../../core/series/series.ts';
import type { ListingProbe } from '../../core/series/source.ts';
import type { HttpRequest } from '../../core/series/venue.ts';
import { instrumentIn } from './envelope.ts';
import { bybitFamily, bybitHost } from './hosts.ts';
import { startsIn } from './kline-json.ts';
import { bybit } from './venue.ts';

/** The USDT perpetuals; `inverse` has other symbols. */
export const CATEGORY = 'linear';

/** A request to Bybit's v5 API about linear perpetuals (`category=linear`). */
export const requestFor = (path: string, query: NonNullable<HttpRequest['query']>): HttpRequest => ({
  venue: bybit,
  host: bybitHost,
  family: bybitFamily,
  path,
  query: { category: CATEGORY, ...query },
});

const minutes = ({ symbol }: Series, query: Record<string, number>): HttpRequest =>
  requestFor('/v5/market/kline', { symbol, interval: '1', ...query, limit: 1 });

/**
 * A perpetual's life by its first and its newest minute: `launchTime` can be days before the first trade.
 * @param firstRow when the first row can be expected after the first minute, both epoch ms
 */
export const lifeOfPerpetual = (firstRow: (firstMinute: number, series: Series) => number): ListingProbe => ({
  // With a start and no end a page grows forward from there: of one row it is the first.
  first: (series) => minutes(series, { start: 1 }),
  firstAt(body, series) {
    const first = startsIn(body)[0];
    return first === undefined ? undefined : firstRow(first, series);
  },
  last: (series) => minutes(series, {}),
  lastAt: (body) => startsIn(body)[0],
  status: ({ symbol }) => requestFor('/v5/market/instruments-info', { symbol }),
  isTrading: (body, { symbol }) => instrumentIn(body, symbol)?.status === 'Trading',
});
