import type { Source } from '../../core/series/source.ts';
import { KNOWN_AT } from '../../core/series/table.ts';
import type { HttpRequest } from '../../core/series/venue.ts';
import { DAY, HOUR, isoDay, MINUTE } from '../../core/time/time.ts';
import { metricDays } from '../coinmetrics/metric-json.ts';
import { coinMetrics, coinMetricsFamily, coinMetricsHost } from '../coinmetrics/venue.ts';
import { dailyListing, dailyPage } from '../rest/daily.ts';

const METRIC = 'CapMrktCurUSD';
/** Some years of days; the API allows ten times as many. */
const PAGE_ROWS = 1_000;

const daily = {
  table: {
    name: 'market_caps',
    columns: [
      { name: 'symbol', type: 'text' },
      { name: 'time', type: 'timestamptz' },
      { name: 'market_cap_usd', type: 'float8' },
    ],
    key: ['symbol', 'time'],
    computed: [KNOWN_AT],
  },
  // A day is computed when its blocks are settled, in the small hours of the next.
  finalAfterMs: 3 * HOUR,
} as const;

const requestFor = (query: Readonly<Record<string, string | number>>): HttpRequest => ({
  venue: coinMetrics,
  host: coinMetricsHost,
  family: coinMetricsFamily,
  path: '/v4/timeseries/asset-metrics',
  query: { assets: 'btc', metrics: METRIC, frequency: '1d', ...query },
});

const daysIn = (body: Uint8Array) => metricDays(body, METRIC, 'btc_market_cap');

/** Bitcoin's market capitalisation at the end of each day, from the community API of Coin Metrics. */
export const btc_market_cap: Source = {
  id: 'btc_market_cap',
  family: 'sentiment',
  title: 'Bitcoin market capitalisation',
  ...daily,
  timeframes: ['1d'],
  defaultTimeframe: '1d',
  defaultSymbols: ['BTC'],
  symbolPattern: /^BTC$/,
  chunkUnit: () => 'year',
  settleMs: 2 * DAY,
  refreshEveryMs: 15 * MINUTE,
  longestEmptyMs: 30 * DAY,
  holeReason: 'not-published',
  restates: { recentMonths: 3, sampledIn: 30 },
  listing: dailyListing(daysIn, {
    first: () => requestFor({ page_size: 1, paging_from: 'start' }),
    last: () => requestFor({ page_size: 1, paging_from: 'end' }),
  }),
  tiers: [
    {
      kind: 'pages',
      name: 'rest',
      // Requested with `paging_from`: by default the API begins with the newest page.
      direction: 'forward',
      pageRows: PAGE_ROWS,
      request: (_series, { start, end }) =>
        requestFor({
          // Both bounds are inclusive; a day alone means its beginning.
          start_time: isoDay(start),
          end_time: isoDay(end - DAY),
          page_size: PAGE_ROWS,
          paging_from: 'start',
        }),
      parse: (body, series, asOf) => dailyPage(daily, series, daysIn(body), asOf),
    },
  ],
};
