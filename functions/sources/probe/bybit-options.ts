import { type Check, judged } from '../../core/probe/check.ts';
import type { SnapshotTier } from '../../core/series/source.ts';
import { optionTickersIn } from '../bybit/option-tickers.ts';
import { option_quotes_bybit } from '../options/option_quotes_bybit.ts';
import { malformed } from '../rest/malformed.ts';
import { judgeShape, type Layout, readRows } from './answers.ts';

const VENUE = 'bybit';
const SYMBOL = 'BTC';

/** Rows have no stamp; what else they have is nobody's concern here. */
const LAYOUT: Layout = {
  path: ['result', 'list'],
  fields: [
    'symbol',
    'openInterest',
    'markIv',
    'markPrice',
    'underlyingPrice',
    'indexPrice',
    'bid1Price',
    'ask1Price',
  ],
  stamp: 'symbol',
  unit: 'milliseconds',
  type: 'text',
};

const [tier] = option_quotes_bybit.tiers as readonly [SnapshotTier];
const series = {
  source: option_quotes_bybit.id,
  symbol: SYMBOL,
  timeframe: option_quotes_bybit.defaultTimeframe,
};
const common = {
  venue: VENUE,
  sources: [option_quotes_bybit.id],
  requests: () => tier.requests(series),
} as const;
const id = (name: string): string => `${VENUE}/${option_quotes_bybit.id}/${name}`;

/** Were volatilities in percent, the middle one of a whole chain would lie above. */
const MOST_PERCENT = 500;
const LEAST_PERCENT = 5;

export const bybitOptionChecks: readonly Check[] = [
  {
    ...common,
    id: id('shape'),
    proves: 'options have the fields that greeks are computed from',
    judge([answer], now) {
      if (!answer) throw malformed('', 'the venue says that there is no such thing.');
      return judgeShape(readRows(answer, LAYOUT), LAYOUT, () => tier.parse([answer.body], series, now));
    },
  },
  {
    ...common,
    id: id('volatility'),
    proves: 'volatility is a fraction of one a year, as text',
    judge([answer], now) {
      if (!answer) throw malformed('', 'the venue says that there is no such thing.');
      const marks = optionTickersIn(answer.body, SYMBOL, now).quotes.flatMap(({ iv }) => iv ?? []);
      const middle = marks.toSorted((a, b) => a - b)[marks.length >> 1];
      const fits = middle !== undefined && middle >= LEAST_PERCENT && middle <= MOST_PERCENT;
      return judged(
        [!fits && `the middle one of ${marks.length} volatilities is ${middle} %, when read as a fraction`],
        `the middle one of ${marks.length} volatilities is ${middle} %`,
      );
    },
  },
];
