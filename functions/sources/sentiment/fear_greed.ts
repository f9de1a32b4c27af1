import type { Source } from '../../core/series/source.ts';
import { KNOWN_AT } from '../../core/series/table.ts';
import { DAY, MINUTE } from '../../core/time/time.ts';
import { fearGreedDays } from '../alternative-me/index-json.ts';
import { alternativeMe, alternativeMeFamily, alternativeMeHost } from '../alternative-me/venue.ts';
import { dailyPage } from '../rest/daily.ts';

const daily = {
  table: {
    name: 'fear_greed',
    columns: [
      { name: 'symbol', type: 'text' },
      { name: 'time', type: 'timestamptz' },
      { name: 'value', type: 'int4' },
      { name: 'classification', type: 'text' },
    ],
    key: ['symbol', 'time'],
    computed: [KNOWN_AT],
  },
  // A day's value is stamped 00:00 UTC and published some minutes later, so it is a reading at the start of the day.
  instants: true,
  finalAfterMs: 10 * MINUTE,
} as const;

/** The Crypto Fear & Greed Index of alternative.me: one value for each day, the whole history in one answer. */
export const fear_greed: Source = {
  id: 'fear_greed',
  family: 'sentiment',
  title: 'Crypto Fear & Greed Index',
  ...daily,
  timeframes: ['1d'],
  defaultTimeframe: '1d',
  defaultSymbols: ['FNG'],
  symbolPattern: /^FNG$/,
  chunkUnit: () => 'year',
  settleMs: 2 * DAY,
  refreshEveryMs: 15 * MINUTE,
  // A few days were never published; the days around them exist.
  holeReason: 'not-published',
  listing: { listedAt: Date.UTC(2018, 1, 1) },
  tiers: [
    {
      kind: 'pages',
      name: 'rest',
      direction: 'forward',
      // Never full: there is no bound but "all".
      pageRows: Number.POSITIVE_INFINITY,
      request: () => ({
        venue: alternativeMe,
        host: alternativeMeHost,
        family: alternativeMeFamily,
        path: '/fng/',
        query: { limit: 0, format: 'json' },
      }),
      parse: (body, series, asOf) => dailyPage(daily, series, fearGreedDays(body, 'fear_greed'), asOf),
    },
  ],
};
