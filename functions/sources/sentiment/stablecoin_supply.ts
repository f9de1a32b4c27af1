import type { Source } from '../../core/series/source.ts';
import { KNOWN_AT } from '../../core/series/table.ts';
import type { HttpRequest } from '../../core/series/venue.ts';
import { DAY, HOUR, MINUTE } from '../../core/time/time.ts';
import { supplyDays } from '../defillama/chart-json.ts';
import { defillama, defillamaHost } from '../defillama/venue.ts';
import { dailyListing, dailyPage } from '../rest/daily.ts';

/** DefiLlama's ids of the coins' charts; ALL is the chart of the whole market and has no id. */
const CHARTS: Readonly<Record<string, number | undefined>> = { ALL: undefined, USDT: 1, USDC: 2, DAI: 5 };

const daily = {
  table: {
    name: 'stablecoin_supply',
    columns: [
      { name: 'symbol', type: 'text' },
      { name: 'time', type: 'timestamptz' },
      { name: 'circulating_usd', type: 'float8' },
      { name: 'circulating_pegged_usd', type: 'float8' },
    ],
    key: ['symbol', 'time'],
    computed: [KNOWN_AT],
  },
  // The row of the current day keeps changing; the hour is for what is counted late.
  finalAfterMs: HOUR,
} as const;

const chart = (symbol: string): HttpRequest => {
  const stablecoin = CHARTS[symbol];
  return {
    venue: defillama,
    host: defillamaHost,
    path: '/stablecoincharts/all',
    ...(stablecoin !== undefined && { query: { stablecoin } }),
  };
};

const daysIn = (body: Uint8Array) => supplyDays(body, 'stablecoin_supply');

/**
 * Stablecoins in circulation at the end of each day, in US dollars: the whole market (ALL: every stablecoin that DefiLlama
 * counts, of every peg) and the three largest by themselves.
 */
export const stablecoin_supply: Source = {
  id: 'stablecoin_supply',
  family: 'sentiment',
  title: 'Stablecoin supply',
  ...daily,
  timeframes: ['1d'],
  defaultTimeframe: '1d',
  defaultSymbols: Object.keys(CHARTS),
  symbolPattern: new RegExp(`^(?:${Object.keys(CHARTS).join('|')})$`),
  chunkUnit: () => 'year',
  settleMs: 2 * DAY,
  refreshEveryMs: 15 * MINUTE,
  holeReason: 'not-published',
  // The venue recounts the past when bridges or coins change. A chart is one answer, so each turn compares all of it.
  restates: { recentMonths: 3, sampledIn: 30 },
  // A coin's life is its chart: oldest first, to the running day.
  listing: dailyListing(daysIn, {
    first: ({ symbol }) => chart(symbol),
    last: ({ symbol }) => chart(symbol),
  }),
  tiers: [
    {
      kind: 'pages',
      name: 'rest',
      direction: 'forward',
      // Never full: an answer has the whole chart.
      pageRows: Number.POSITIVE_INFINITY,
      request: ({ symbol }) => chart(symbol),
      parse: (body, series, asOf) => dailyPage(daily, series, daysIn(body), asOf),
    },
  ],
};
