import { MARKET_SYMBOL } from '../../core/series/names/spelling.ts';
import type { Series } from '../../core/series/series.ts';
import type { ListingProbe, PagesTier, Source } from '../../core/series/source.ts';
import type { TableSpec } from '../../core/series/table.ts';
import type { HttpRequest } from '../../core/series/venue.ts';
import type { PeriodUnit } from '../../core/time/period.ts';
import { HOUR, MINUTE, SECOND } from '../../core/time/time.ts';
import { stepOf, type Timeframe } from '../../core/time/timeframe.ts';
import { instrumentIn } from '../bybit/envelope.ts';
import { bybitFamily, bybitHost } from '../bybit/hosts.ts';
import { parseKlines, startsIn } from '../bybit/kline-json.ts';
import { bybit } from '../bybit/venue.ts';

/** Timeframes by the venue's names: minutes, or `D`. There is no 8h; weeks and months are no steps of fixed length. */
const INTERVALS: Readonly<Partial<Record<Timeframe, string>>> = {
  '1m': '1',
  '3m': '3',
  '5m': '5',
  '15m': '15',
  '30m': '30',
  '1h': '60',
  '2h': '120',
  '4h': '240',
  '6h': '360',
  '12h': '720',
  '1d': 'D',
};

/** The USDT perpetuals. Spot and inverse contracts have symbols of the same names, and the table has no column for it. */
const CATEGORY = 'linear';

const LARGEST_PAGE = 1000;

const table: TableSpec = {
  name: 'price_klines',
  time: 'timestamp',
  columns: [
    { name: 'timestamp', type: 'timestamptz' },
    { name: 'symbol', type: 'text' },
    { name: 'timeframe', type: 'text' },
    ...['open', 'high', 'low', 'close', 'volume', 'turnover'].map((name) => ({
      name,
      type: 'float8' as const,
    })),
  ],
  key: ['symbol', 'timeframe', 'timestamp'],
};

const target = { venue: bybit, host: bybitHost, family: bybitFamily } as const;

const kline = (series: Series, query: Record<string, number>): HttpRequest => ({
  ...target,
  path: '/v5/market/kline',
  query: {
    category: CATEGORY,
    symbol: series.symbol,
    interval: INTERVALS[series.timeframe] ?? '',
    ...query,
  },
});

const pages: PagesTier = {
  kind: 'pages',
  name: 'rest',
  // A range with more rows than a page returns the newest ones.
  direction: 'backward',
  pageRows: LARGEST_PAGE,
  request(series, { start, end }): HttpRequest {
    const rows = Math.ceil((end - start) / stepOf(series.timeframe));
    // Both bounds are inclusive, on the candle's start.
    return kline(series, { start, end: end - 1, limit: Math.min(rows, LARGEST_PAGE) });
  },
  parse: (body, series, asOf) => parseKlines(table, body, series, asOf),
};

const listing: ListingProbe = {
  // With a start and no end the page grows forward from there, and without bounds it ends with the newest candle.
  first: (series) => kline(series, { start: 1, limit: 1 }),
  firstAt: (body) => startsIn(body).at(-1),
  last: (series) => kline(series, { limit: 1 }),
  lastAt: (body) => startsIn(body).at(0),
  status: ({ symbol }) => ({
    ...target,
    path: '/v5/market/instruments-info',
    query: { category: CATEGORY, symbol },
  }),
  isTrading: (body, { symbol }) => instrumentIn(body, symbol)?.status === 'Trading',
};

/** Bybit USDT perpetual candles: `GET /v5/market/kline`, newest first. Not verified against the live venue. */
export const price_klines: Source = {
  id: 'price_klines',
  family: 'candles',
  title: 'Bybit USDT perpetual candles',
  table,
  timeframes: Object.keys(INTERVALS) as Timeframe[],
  defaultTimeframe: '5m',
  defaultSymbols: ['BTCUSDT', 'ETHUSDT'],
  symbolPattern: MARKET_SYMBOL,
  chunkUnit: (timeframe): PeriodUnit => (stepOf(timeframe) < HOUR ? 'month' : 'year'),
  finalAfterMs: 2 * SECOND,
  settleMs: 10 * MINUTE,
  refreshEveryMs: MINUTE,
  tiers: [pages],
  listing,
};
