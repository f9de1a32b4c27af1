import { MARKET_SYMBOL } from '../../core/series/names/spelling.ts';
import type { Series } from '../../core/series/series.ts';
import type { ListingProbe, PagesTier, Source } from '../../core/series/source.ts';
import type { HttpRequest } from '../../core/series/venue.ts';
import type { PeriodUnit } from '../../core/time/period.ts';
import { HOUR, MINUTE, SECOND } from '../../core/time/time.ts';
import { stepOf, type Timeframe } from '../../core/time/timeframe.ts';
import { instrumentIn } from './envelope.ts';
import { bybitFamily, bybitHost } from './hosts.ts';
import { type KlineTable, parseKlines, startsIn } from './kline-json.ts';
import { bybit } from './venue.ts';

/** A market of the venue. Symbols of one name may be in each of them. */
export type Category = 'spot' | 'linear';

/** Timeframes by the venue's names: minutes, or `D`. There is no 8h; weeks and months are not steps of fixed length. */
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

/** What `GET /v5/market/kline` has. */
const KLINE_TIMEFRAMES = Object.keys(INTERVALS) as Timeframe[];

const LARGEST_PAGE = 1000;

const target = { venue: bybit, host: bybitHost, family: bybitFamily } as const;

const kline = (category: Category, series: Series, query: Record<string, number>): HttpRequest => ({
  ...target,
  path: '/v5/market/kline',
  query: { category, symbol: series.symbol, interval: INTERVALS[series.timeframe] ?? '', ...query },
});

/** `GET /v5/market/kline`, newest first, as rows of a table. */
const klinePages = (category: Category, table: KlineTable): PagesTier => ({
  kind: 'pages',
  name: 'rest',
  // A range with more rows than a page returns the newest ones.
  direction: 'backward',
  pageRows: LARGEST_PAGE,
  request(series, { start, end }): HttpRequest {
    const rows = Math.ceil((end - start) / stepOf(series.timeframe));
    // Both bounds are inclusive, on the candle's start.
    return kline(category, series, { start, end: end - 1, limit: Math.min(rows, LARGEST_PAGE) });
  },
  parse: (body, series, asOf) => parseKlines(table, body, series, asOf),
});

/** The life of a market by its first and its newest candle: spot publishes no time of listing. */
const klineListing = (category: Category): ListingProbe => ({
  // With a start and no end the page grows forward from there, and without bounds it ends with the newest candle.
  first: (series) => kline(category, series, { start: 1, limit: 1 }),
  firstAt: (body) => startsIn(body).at(-1),
  last: (series) => kline(category, series, { limit: 1 }),
  lastAt: (body) => startsIn(body).at(0),
  status: ({ symbol }) => ({ ...target, path: '/v5/market/instruments-info', query: { category, symbol } }),
  isTrading: (body, { symbol }) => instrumentIn(body, symbol)?.status === 'Trading',
});

/** What a source of candles of one category says of itself. */
interface Candles extends Pick<Source, 'id' | 'family' | 'title' | 'table' | 'defaultTimeframe' | 'byName'> {
  /** a row's place in the table */
  readonly row: KlineTable['row'];
}

/** Candles of one category: `GET /v5/market/kline`, newest first. Not verified against the live venue. */
export const klineSource = (category: Category, { row, ...candles }: Candles): Source => ({
  ...candles,
  timeframes: KLINE_TIMEFRAMES,
  defaultSymbols: ['BTCUSDT', 'ETHUSDT'],
  symbolPattern: MARKET_SYMBOL,
  chunkUnit: (timeframe): PeriodUnit => (stepOf(timeframe) < HOUR ? 'month' : 'year'),
  finalAfterMs: 2 * SECOND,
  settleMs: 10 * MINUTE,
  refreshEveryMs: MINUTE,
  tiers: [klinePages(category, { table: candles.table, row })],
  listing: klineListing(category),
});
