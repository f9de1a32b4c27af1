import type { Series } from '../../../core/series/series.ts';
import { KNOWN_AT, type TableSpec } from '../../../core/series/table.ts';
import type { Timeframe } from '../../../core/time/timeframe.ts';
import { openInterestTable } from '../../open_interest/table.ts';
import type { ReadAt } from './metric-labels.ts';

type Cell = number | string | null;

/** The instant of a row, and the venue's own label where it differs; epoch ms. */
type At = Pick<ReadAt, 'time' | 'label'>;

const LABEL = { name: 'label', type: 'timestamptz' as const };

/** What differs between the five sources that share one archive file. */
export interface Statistic {
  readonly id: string;
  readonly family: 'open_interest' | 'metrics';
  readonly title: string;
  readonly table: TableSpec;
  /** columns of the archive's file */
  readonly columns: readonly string[];
  /** what `/futures/data/` calls it */
  readonly route: string;
  /** fields of its rows, the first ones as in the archive */
  readonly fields: readonly string[];
  /** a volume of the slot that ends at the row's time, which REST stamps with its beginning; absent: a reading */
  readonly bucket?: Timeframe;
  /** a row of the table from the columns or the fields, in their order */
  row(series: Series, at: At, values: readonly (number | undefined)[]): readonly Cell[];
}

const numbers = (...names: string[]) => names.map((name) => ({ name, type: 'float8' as const }));

/** The table of one kind of ratio, as `sql/` creates it. */
export const ratioTable = (kind: string): TableSpec => ({
  name: 'long_short_ratios',
  columns: [
    { name: 'kind', type: 'text' },
    { name: 'symbol', type: 'text' },
    { name: 'timeframe', type: 'text' },
    { name: 'time', type: 'timestamptz' },
    ...numbers('ratio', 'long_share', 'short_share', 'buy_volume', 'sell_volume'),
    LABEL,
  ],
  key: ['kind', 'symbol', 'timeframe', 'time'],
  fixed: { kind },
  computed: [KNOWN_AT],
});

function crowd(kind: string, title: string, column: string, route: string): Statistic {
  return {
    id: `ratio_${kind}`,
    family: 'metrics',
    title,
    table: ratioTable(kind),
    columns: [column],
    route,
    // The route of positions uses the names of accounts too.
    fields: ['longShortRatio', 'longAccount', 'shortAccount'],
    row: ({ symbol, timeframe }, { time, label }, [ratio, long, short]) => [
      kind,
      symbol,
      timeframe,
      time,
      ratio ?? null,
      long ?? null,
      short ?? null,
      null,
      null,
      label,
    ],
  };
}

export const openInterest: Statistic = {
  id: 'open_interest_binance',
  family: 'open_interest',
  title: 'Binance USD-M open interest',
  table: openInterestTable('binance', [LABEL]),
  columns: ['sum_open_interest', 'sum_open_interest_value'],
  route: 'openInterestHist',
  fields: ['sumOpenInterest', 'sumOpenInterestValue'],
  // Each contract counts once, in units of its base, according to the venue; not verified against the live venue.
  row: ({ symbol, timeframe }, { time, label }, [interest, value]) => [
    'binance',
    symbol,
    timeframe,
    time,
    interest ?? null,
    'base_coin',
    'one',
    value ?? null,
    label,
  ],
};

/** COIN-M has contracts, and their value in the coin. */
export const coinmOpenInterest: Statistic = {
  ...openInterest,
  id: 'open_interest_binance_coinm',
  title: 'Binance COIN-M open interest',
  table: openInterestTable('binance_coinm', [LABEL, { name: 'value_coin', type: 'float8' }]),
  row: ({ symbol, timeframe }, { time, label }, [contracts, coins]) => [
    'binance_coinm',
    symbol,
    timeframe,
    time,
    contracts ?? null,
    'contracts',
    'one',
    null,
    label,
    coins ?? null,
  ],
};

export const topAccounts = crowd(
  'top_accounts',
  'Binance USD-M long/short accounts of top traders',
  'count_toptrader_long_short_ratio',
  'topLongShortAccountRatio',
);

export const topPositions = crowd(
  'top_positions',
  'Binance USD-M long/short positions of top traders',
  'sum_toptrader_long_short_ratio',
  'topLongShortPositionRatio',
);

export const globalAccounts = crowd(
  'global_accounts',
  'Binance USD-M long/short accounts of all traders',
  'count_long_short_ratio',
  'globalLongShortAccountRatio',
);

export const takerVolume: Statistic = {
  id: 'ratio_taker_volume',
  family: 'metrics',
  title: 'Binance USD-M taker buy/sell volume of five minutes',
  table: ratioTable('taker_volume'),
  columns: ['sum_taker_long_short_vol_ratio'],
  route: 'takerlongshortRatio',
  fields: ['buySellRatio', 'buyVol', 'sellVol'],
  // The archive has ratios of five minutes and no volumes to add up, so REST is requested for five minutes in every timeframe:
  // a series must not change from five minutes to an hour where the archive ends.
  bucket: '5m',
  row: ({ symbol, timeframe }, { time, label }, [ratio, bought, sold]) => [
    'taker_volume',
    symbol,
    timeframe,
    time,
    ratio ?? null,
    null,
    null,
    bought ?? null,
    sold ?? null,
    label,
  ],
};

export const STATISTICS: readonly Statistic[] = [
  openInterest,
  topAccounts,
  topPositions,
  globalAccounts,
  takerVolume,
];
