import type { Check } from '../../core/probe/check.ts';
import type { ListingProbe, Source } from '../../core/series/source.ts';
import { DAY, HOUR, MINUTE } from '../../core/time/time.ts';
import { STATISTICS, type Statistic } from '../binance/metrics/statistics.ts';
import { universes } from '../binance/universes.ts';
import { funding_binance } from '../funding/funding_binance.ts';
import { index_price_klines } from '../klines/index_price_klines.ts';
import { klines_perp } from '../klines/klines_perp.ts';
import { klines_spot } from '../klines/klines_spot.ts';
import { mark_price_klines } from '../klines/mark_price_klines.ts';
import { premium_index_klines } from '../klines/premium_index_klines.ts';
import {
  ratio_global_accounts,
  ratio_taker_volume,
  ratio_top_accounts,
  ratio_top_positions,
} from '../metrics/ratios_binance.ts';
import { open_interest_binance } from '../open_interest/open_interest_binance.ts';
import { malformed } from '../rest/malformed.ts';
import { trades_perp } from '../trades/trades_perp.ts';
import { trades_spot } from '../trades/trades_spot.ts';
import type { Layout } from './answers.ts';
import { clockCheck } from './clocks.ts';
import { universeCheck } from './listings.ts';
import { pageChecks } from './pages.ts';

const SYMBOL = 'BTCUSDT';
const SPOT = 'binance-spot';
const USDM = 'binance-usdm';

/** The answer has one cell more than anybody reads: the last one means nothing. */
export const KLINES: Layout = {
  path: [],
  fields: 12,
  stamp: 0,
  unit: 'milliseconds',
  type: 'number',
  order: 'oldest',
};

/** Checks of settlements, which both hosts of futures serve in one layout except for the fields that they leave out. */
export const fundingChecks = (
  venue: string,
  source: Source,
  symbol: string,
  fields: Pick<Layout, 'fields' | 'optional'>,
): Check[] =>
  pageChecks({
    venue,
    source,
    symbol,
    timeframe: '1h',
    layout: {
      ...fields,
      path: [],
      stamp: 'fundingTime',
      unit: 'milliseconds',
      type: 'number',
      order: 'oldest',
    },
    recentMs: 7 * DAY,
    longMs: 700 * DAY,
    newestWithinMs: 2 * DAY,
  });

const candles = (venue: string, source: Source): Check[] =>
  pageChecks({
    venue,
    source,
    symbol: SYMBOL,
    timeframe: '1h',
    layout: KLINES,
    candles: true,
    recentMs: 12 * HOUR,
    longMs: 200 * DAY,
    newestWithinMs: DAY,
  });

const statistic = (source: Source): Check[] => {
  const { fields, bucket } = STATISTICS.find(({ id }) => id === source.id) as Statistic;
  return pageChecks({
    venue: USDM,
    source,
    symbol: SYMBOL,
    timeframe: '5m',
    layout: {
      path: [],
      // Taker volume says no symbol.
      fields: [...(bucket ? [] : ['symbol']), ...fields, 'timestamp'],
      optional: ['CMCCirculatingSupply'],
      stamp: 'timestamp',
      unit: 'milliseconds',
      type: 'number',
      order: 'oldest',
    },
    recentMs: HOUR,
    longMs: 1_000 * 5 * MINUTE,
  });
};

/** A span that holds more than a page has trades for is an hour: longer ones are refused. */
const tradeChecks = (venue: string, source: Source): Check[] =>
  pageChecks({
    venue,
    source,
    symbol: SYMBOL,
    timeframe: '1m',
    layout: {
      path: [],
      fields: ['a', 'p', 'q', 'f', 'l', 'T', 'm'],
      optional: ['M'],
      stamp: 'T',
      unit: 'milliseconds',
      type: 'number',
      order: 'oldest',
    },
    recentMs: 5 * MINUTE,
  });

const statusOf = (source: Source) => {
  const { listing, id } = source;
  if (!('status' in listing)) throw malformed(id, 'its listing is not looked up.');
  return (listing as ListingProbe).status({ source: id, symbol: SYMBOL, timeframe: '1h' });
};

export const spotChecks: readonly Check[] = [
  ...candles(SPOT, klines_spot),
  ...tradeChecks(SPOT, trades_spot),
  ...universes.filter(({ market }) => market === 'spot').map((one) => universeCheck(SPOT, one, SYMBOL)),
  clockCheck(SPOT, [klines_spot.id], () => statusOf(klines_spot), {
    name: 'serverTime',
    unit: 'milliseconds',
  }),
];

const STATISTIC_SOURCES = [
  open_interest_binance,
  ratio_top_accounts,
  ratio_top_positions,
  ratio_global_accounts,
  ratio_taker_volume,
];

/** Prices that the venue computes; an index is requested by its pair. */
const COMPUTED = [mark_price_klines, index_price_klines, premium_index_klines];

export const usdmChecks: readonly Check[] = [
  ...candles(USDM, klines_perp),
  ...COMPUTED.flatMap((source) => candles(USDM, source)),
  ...tradeChecks(USDM, trades_perp),
  ...fundingChecks(USDM, funding_binance, SYMBOL, {
    fields: ['symbol', 'fundingRate', 'fundingTime', 'markPrice'],
    optional: ['rateType'],
  }),
  ...STATISTIC_SOURCES.flatMap(statistic),
  ...universes.filter(({ market }) => market === 'perps').map((one) => universeCheck(USDM, one, SYMBOL)),
  clockCheck(
    USDM,
    [klines_perp, ...COMPUTED, funding_binance, ...STATISTIC_SOURCES].map(({ id }) => id),
    // Its serverTime is to be ignored, by the venue's own words.
    () => statusOf(klines_perp),
  ),
];
