import type { Check } from '../../core/probe/check.ts';
import { DAY, HOUR } from '../../core/time/time.ts';
import { requestFor as request } from '../bybit/perpetual.ts';
import { price_klines } from '../candles/price_klines.ts';
import { funding_bybit } from '../funding/funding_bybit.ts';
import { klines_bybit_linear, klines_bybit_spot } from '../klines/klines_bybit.ts';
import { ratio_bybit_accounts } from '../metrics/ratio_bybit_accounts.ts';
import { open_interest_bybit } from '../open_interest/open_interest_bybit.ts';
import type { Layout } from './answers.ts';
import { clockCheck } from './clocks.ts';
import { pageChecks } from './pages.ts';

const SYMBOL = 'BTCUSDT';
const VENUE = 'bybit';

/** Everything is text, newest first. */
const listed = { path: ['result', 'list'], unit: 'milliseconds', type: 'text', order: 'newest' } as const;

const layout = (
  fields: Layout['fields'],
  stamp: Layout['stamp'],
  optional: readonly string[] = [],
): Layout => ({
  ...listed,
  fields,
  stamp,
  optional,
});

/** Whether public answers have headers about the limit is not known, so none is looked for. */
const common = { venue: VENUE, symbol: SYMBOL, counted: false } as const;

export const bybitChecks: readonly Check[] = [
  ...[price_klines, klines_bybit_spot, klines_bybit_linear].flatMap((source) =>
    pageChecks({
      ...common,
      source,
      timeframe: '1h',
      layout: layout(7, 0),
      candles: true,
      recentMs: 12 * HOUR,
      longMs: 90 * DAY,
      newestWithinMs: DAY,
    }),
  ),
  ...pageChecks({
    ...common,
    source: funding_bybit,
    timeframe: '1h',
    layout: layout(['symbol', 'fundingRate', 'fundingRateTimestamp'], 'fundingRateTimestamp'),
    recentMs: 7 * DAY,
    longMs: 200 * DAY,
  }),
  ...pageChecks({
    ...common,
    source: open_interest_bybit,
    timeframe: '1h',
    layout: layout(['openInterest', 'timestamp'], 'timestamp', ['singleOpenInterest']),
    recentMs: DAY,
    longMs: 20 * DAY,
  }),
  ...pageChecks({
    ...common,
    source: ratio_bybit_accounts,
    timeframe: '1h',
    layout: layout(['symbol', 'buyRatio', 'sellRatio', 'timestamp'], 'timestamp'),
    recentMs: DAY,
    longMs: 40 * DAY,
  }),
  clockCheck(
    VENUE,
    [
      price_klines,
      funding_bybit,
      open_interest_bybit,
      klines_bybit_spot,
      klines_bybit_linear,
      ratio_bybit_accounts,
    ].map(({ id }) => id),
    () => request('/v5/market/instruments-info', { symbol: SYMBOL }),
    { name: 'time', unit: 'milliseconds' },
  ),
];
