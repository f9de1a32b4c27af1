import { type Check, judged } from '../../core/probe/check.ts';
import { DAY, HOUR, isoDay, MINUTE } from '../../core/time/time.ts';
import { funding_binance_coinm } from '../funding/funding_binance_coinm.ts';
import { klines_coinm } from '../klines/klines_coinm.ts';
import { mark_price_klines_coinm } from '../klines/mark_price_klines_coinm.ts';
import { premium_index_klines_coinm } from '../klines/premium_index_klines_coinm.ts';
import { open_interest_binance_coinm } from '../open_interest/open_interest_binance_coinm.ts';
import { fundingChecks, KLINES } from '../probe/binance.ts';
import { clockCheck } from '../probe/clocks.ts';
import { pageChecks } from '../probe/pages.ts';
import { malformed } from '../rest/malformed.ts';
import { coinmListing, coinmRequest, contractSizeIn } from './coinm.ts';

const SYMBOL = 'BTCUSD_PERP';
const VENUE = 'binance-coinm';
const SERIES = { source: klines_coinm.id, symbol: SYMBOL, timeframe: '1h' } as const;
/** As `market_data.coinm_contract_usd` has it. */
const CONTRACT_USD = 100;

const CANDLES = [klines_coinm, mark_price_klines_coinm, premium_index_klines_coinm];

/** What is taken for granted about COIN-M. No check requests more than 200 days, which it refuses. */
export const coinmChecks: readonly Check[] = [
  ...CANDLES.flatMap((source) =>
    pageChecks({
      venue: VENUE,
      source,
      symbol: SYMBOL,
      timeframe: '1h',
      layout: KLINES,
      candles: true,
      recentMs: 12 * HOUR,
      longMs: 200 * DAY,
    }),
  ),
  ...fundingChecks(VENUE, funding_binance_coinm, SYMBOL, {
    fields: ['symbol', 'fundingRate', 'fundingTime'],
    optional: ['markPrice', 'rateType'],
  }),
  ...pageChecks({
    venue: VENUE,
    source: open_interest_binance_coinm,
    symbol: SYMBOL,
    timeframe: '5m',
    layout: {
      path: [],
      fields: ['pair', 'contractType', 'sumOpenInterest', 'sumOpenInterestValue', 'timestamp'],
      stamp: 'timestamp',
      unit: 'milliseconds',
      type: 'number',
      order: 'oldest',
    },
    recentMs: HOUR,
    longMs: 1_000 * 5 * MINUTE,
  }),
  {
    id: `${VENUE}/${klines_coinm.id}/list`,
    venue: VENUE,
    proves: 'the list of contracts says since when one trades, that it does, and how much it is worth',
    sources: [...CANDLES.map(({ id }) => id), open_interest_binance_coinm.id],
    requests: () => [coinmListing.first(SERIES)],
    judge([answer]) {
      if (!answer) throw malformed('', 'there is no list.');
      const { body } = answer;
      const since = coinmListing.firstAt(body, SERIES);
      const size = contractSizeIn(body, SYMBOL);
      return judged(
        [
          since === undefined && `${SYMBOL} has no onboardDate`,
          coinmListing.lastAt(body, SERIES) !== undefined && `${SYMBOL} has a day of delivery`,
          !coinmListing.isTrading(body, SERIES) && `${SYMBOL} does not trade, by its state`,
          size !== CONTRACT_USD && `a contract of ${SYMBOL} is ${size} USD, not ${CONTRACT_USD}`,
        ],
        `${SYMBOL} since ${isoDay(since ?? 0)}, ${size} USD each`,
      );
    },
  },
  clockCheck(
    VENUE,
    [...CANDLES, funding_binance_coinm, open_interest_binance_coinm].map(({ id }) => id),
    () => coinmRequest('/dapi/v1/exchangeInfo', {}),
  ),
];
