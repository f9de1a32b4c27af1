import { type Check, judged } from '../../core/probe/check.ts';
import type { SnapshotTier } from '../../core/series/source.ts';
import { DAY } from '../../core/time/time.ts';
import { optionsIn } from '../deribit/book-summary.ts';
import { gex_deribit } from '../gex/gex_deribit.ts';
import { dvol_deribit } from '../options/dvol_deribit.ts';
import { option_quotes_deribit } from '../options/option_quotes_deribit.ts';
import { option_trades_deribit } from '../options/option_trades_deribit.ts';
import { malformed } from '../rest/malformed.ts';
import { judgeShape, judgeUnit, type Layout, readRows } from './answers.ts';
import { clockCheck } from './clocks.ts';
import { pageChecks } from './pages.ts';

const VENUE = 'deribit';
const SYMBOL = 'BTC';

const LAYOUT: Layout = {
  path: ['result'],
  fields: ['instrument_name', 'open_interest', 'mark_iv', 'underlying_price', 'creation_timestamp'],
  // What else a row has is nobody's concern here; these were seen.
  optional: [
    'interest_rate',
    'underlying_index',
    'mark_price',
    'bid_price',
    'ask_price',
    'mid_price',
    'last',
    'high',
    'low',
    'volume',
    'volume_usd',
    'price_change',
    'estimated_delivery_price',
    'base_currency',
    'quote_currency',
  ],
  stamp: 'creation_timestamp',
  unit: 'milliseconds',
  type: 'number',
};

const [tier] = gex_deribit.tiers as readonly [SnapshotTier];
const series = { source: gex_deribit.id, symbol: SYMBOL, timeframe: gex_deribit.defaultTimeframe };
const common = {
  venue: VENUE,
  sources: [gex_deribit.id, option_quotes_deribit.id],
  requests: () => tier.requests(series),
} as const;
const id = (name: string): string => `${VENUE}/${gex_deribit.id}/${name}`;

/** Marks of volatility are percent: a fraction of one lies below, and nothing of Bitcoin's ever stood above. */
const LEAST_PERCENT = 5;
const MOST_PERCENT = 500;

export const deribitChecks: readonly Check[] = [
  {
    ...common,
    id: id('shape'),
    proves: 'options have the fields that greeks are computed from, and the index has a price',
    judge([summary, index], now) {
      if (!summary || !index) throw malformed('', 'the venue says that there is no such thing.');
      return judgeShape(readRows(summary, LAYOUT), LAYOUT, () =>
        tier.parse([summary.body, index.body], series, now),
      );
    },
  },
  {
    ...common,
    id: id('unit'),
    proves: 'rows are stamped with milliseconds as number',
    judge: ([summary]) => judgeUnit(readRows(summary, LAYOUT), LAYOUT),
  },
  {
    ...common,
    id: id('volatility'),
    proves: 'volatility is in percent a year',
    judge([summary], now) {
      if (!summary) throw malformed('', 'the venue says that there is no such thing.');
      const marks = optionsIn(summary.body, SYMBOL, now).options.flatMap(({ iv }) => iv ?? []);
      const middle = marks.toSorted((a, b) => a - b)[marks.length >> 1];
      const fits = middle !== undefined && middle >= LEAST_PERCENT && middle <= MOST_PERCENT;
      return judged(
        [!fits && `the middle one of ${marks.length} volatilities is ${middle}, which is not a percentage`],
        `the middle one of ${marks.length} volatilities is ${middle} %`,
      );
    },
  },
  clockCheck(VENUE, [gex_deribit.id], () => tier.requests(series)[1]!, {
    name: 'usOut',
    unit: 'microseconds',
  }),
  ...pageChecks({
    venue: VENUE,
    source: dvol_deribit,
    symbol: SYMBOL,
    timeframe: '1h',
    layout: { path: ['result', 'data'], fields: 5, stamp: 0, unit: 'milliseconds', type: 'number' },
    candles: true,
    recentMs: DAY,
    longMs: 60 * DAY,
    counted: false,
  }),
  ...pageChecks({
    venue: VENUE,
    source: option_trades_deribit,
    symbol: SYMBOL,
    timeframe: option_trades_deribit.defaultTimeframe,
    layout: {
      path: ['result', 'trades'],
      fields: ['timestamp', 'instrument_name', 'trade_seq', 'trade_id', 'price', 'amount', 'iv', 'direction'],
      optional: [
        'index_price',
        'mark_price',
        'tick_direction',
        'contracts',
        'combo_id',
        'combo_trade_id',
        'block_trade_id',
        'block_trade_leg_count',
        'block_rfq_id',
        'liquidation',
      ],
      stamp: 'timestamp',
      unit: 'milliseconds',
      type: 'number',
    },
    recentMs: DAY,
    counted: false,
  }),
];
