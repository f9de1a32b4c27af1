import { MARKET_SYMBOL } from '../../core/series/names/spelling.ts';
import type { PagesTier, Source } from '../../core/series/source.ts';
import { ceilTo, HOUR, MINUTE } from '../../core/time/time.ts';
import { stepOf, type Timeframe } from '../../core/time/timeframe.ts';
import { lifeOfPerpetual, requestFor } from './perpetual.ts';

/** Timeframes of open interest and ratios by the venue's names. */
const PERIODS: Readonly<Partial<Record<Timeframe, string>>> = {
  '5m': '5min',
  '15m': '15min',
  '30m': '30min',
  '1h': '1h',
  '4h': '4h',
  '1d': '1d',
};

/** What a source of statistics says of itself and of its route. */
interface Statistics extends Pick<Source, 'id' | 'family' | 'title' | 'table' | 'byName'> {
  readonly path: string;
  /** the route's name for the timeframe */
  readonly period: string;
  /** most rows of an answer */
  readonly limit: number;
  readonly parse: PagesTier['parse'];
  /** the venue's first reading of any symbol, epoch ms; absent: a symbol's own listing is */
  readonly since?: number;
}

/**
 * Readings of Bybit's USDT perpetuals, newest first. Pages are cut by the end of the range, not by the cursor, so any page can be
 * requested by itself. Both bounds are always sent: a start without an end is silently ignored. Not verified against the live venue.
 */
export const statisticsSource = ({
  path,
  period,
  limit,
  parse,
  since = 0,
  ...statistics
}: Statistics): Source => ({
  ...statistics,
  timeframes: Object.keys(PERIODS) as Timeframe[],
  defaultTimeframe: '1h',
  defaultSymbols: ['BTCUSDT', 'ETHUSDT'],
  symbolPattern: MARKET_SYMBOL,
  chunkUnit: () => 'month',
  instants: true,
  finalAfterMs: MINUTE,
  settleMs: HOUR,
  tiers: [
    {
      kind: 'pages',
      name: 'rest',
      direction: 'backward',
      pageRows: limit,
      request: ({ symbol, timeframe }, { start, end }) =>
        requestFor(path, {
          symbol,
          [period]: PERIODS[timeframe] ?? '',
          startTime: start,
          endTime: end - 1,
          limit,
        }),
      parse,
    },
  ],
  listing: lifeOfPerpetual((minute, { timeframe }) => ceilTo(Math.max(minute, since), stepOf(timeframe))),
});
