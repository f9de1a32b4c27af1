import type { PagesTier, Source } from '../../core/series/source.ts';
import type { HttpRequest } from '../../core/series/venue.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../core/time/time.ts';
import { ID_COLUMN, LARGEST_PAGE, parseOptionTrades, tradesTable } from '../deribit/option-trades.ts';
import { historyRequestFor } from '../deribit/request.ts';

const trades = (currency: string, from: number, to: number): HttpRequest =>
  historyRequestFor('get_last_trades_by_currency_and_time', {
    currency,
    kind: 'option',
    start_timestamp: from,
    end_timestamp: to,
    count: LARGEST_PAGE,
    sorting: 'asc',
    include_old: 'true',
  });

/**
 * Oldest first. Many trades share a millisecond, so the next page begins with the last one again, and where all of a page are of one,
 * behind it. An answer without trades is the end.
 */
const history: PagesTier = {
  kind: 'pages',
  name: 'history',
  direction: 'forward',
  pageRows: LARGEST_PAGE,
  // Both bounds are taken to be inclusive: whatever comes twice counts once.
  request: ({ symbol }, { start, end }) => trades(symbol, start, end - 1),
  parse: parseOptionTrades,
  cursor: {
    longestMs: 31 * DAY,
    idColumn: ID_COLUMN,
    next({ batch: { times } }, { symbol }, within) {
      const last = times.at(-1)!;
      return trades(symbol, times[0] === last ? last + 1 : last, Math.max(within.end - 1, last + 1));
    },
  },
};

/**
 * Trades of Deribit's options with the volatility of each, since the first: BTC and ETH are settled in the coin, USDC has the linear
 * ones of all coins. From the history host, by its own name only. Not verified against the live venue.
 */
export const option_trades_deribit: Source = {
  id: 'option_trades_deribit',
  family: 'options',
  byName: true,
  title: 'Option trades of Deribit',
  table: tradesTable,
  timeframes: ['1m'],
  defaultTimeframe: '1m',
  defaultSymbols: ['BTC', 'ETH', 'USDC'],
  symbolPattern: /^(?:BTC|ETH|USDC)$/,
  // Days have from hundreds to a hundred thousand.
  chunkUnit: () => 'month',
  // The host is some five seconds behind.
  finalAfterMs: 30 * SECOND,
  settleMs: HOUR,
  arrivesWithinMs: MINUTE,
  refreshEveryMs: 5 * MINUTE,
  rowsPerStep: 20,
  tiers: [history],
  listing: { listedAt: Date.UTC(2016, 5, 1) },
};
