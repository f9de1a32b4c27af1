import type { Series } from '../../../core/series/series.ts';
import type { ListingProbe, PagesTier } from '../../../core/series/source.ts';
import type { Host, HttpRequest, LimitFamily } from '../../../core/series/venue.ts';
import { stepOf } from '../../../core/time/timeframe.ts';
import { binance } from '../venue.ts';
import { openTimesIn, parseKlineJson } from './kline-json.ts';

/** A route of candles, and what a request to it costs. */
export interface KlineRoute {
  readonly host: Host;
  readonly family: LimitFamily;
  readonly path: string;
  /** page sizes with their weight, smallest first; the last one is the largest that is allowed */
  readonly pages: readonly { readonly limit: number; readonly weight: number }[];
  /** the parameter that names the series; defaults to `symbol` */
  readonly named?: 'symbol' | 'pair';
  /** a longer range is refused; ms */
  readonly spanMs?: number;
}

/** Oldest first. The smallest page that holds the range is requested. */
export function klinePages(route: KlineRoute, parse: PagesTier['parse'] = parseKlineJson): PagesTier {
  const largest = route.pages.at(-1)!;
  const { spanMs } = route;
  return {
    kind: 'pages',
    name: 'rest',
    direction: 'forward',
    pageRows: largest.limit,
    ...(spanMs !== undefined && { spanMs }),
    request(series, { start, end: wanted }): HttpRequest {
      const step = stepOf(series.timeframe);
      const end =
        spanMs === undefined ? wanted : Math.min(wanted, start + Math.min(spanMs, largest.limit * step));
      const rows = (end - start) / step;
      const { limit, weight } = route.pages.find((page) => page.limit >= rows) ?? largest;
      // The venue's bounds are both inclusive, on the open time.
      return klineRequest(route, series, weight, {
        startTime: start,
        endTime: end - 1,
        limit,
      });
    },
    parse,
  };
}

/** The first and the newest candle of a series. */
export function klineEnds(route: KlineRoute): Pick<ListingProbe, 'first' | 'firstAt' | 'last' | 'lastAt'> {
  const { weight } = route.pages[0]!;
  return {
    first: (series) => klineRequest(route, series, weight, { startTime: 0, limit: 1 }),
    firstAt: (body) => openTimesIn(body).at(0),
    last: (series) => klineRequest(route, series, weight, { limit: 1 }),
    lastAt: (body) => openTimesIn(body).at(-1),
  };
}

const klineRequest = (
  { host, family, path, named = 'symbol' }: KlineRoute,
  { symbol, timeframe }: Series,
  weight: number,
  query: Readonly<Record<string, number>>,
): HttpRequest => ({
  venue: binance,
  host,
  path,
  family,
  weight,
  query: { [named]: symbol, interval: timeframe, ...query },
});
