import type { Series } from '../../functions/core/series/series.ts';
import type { Dataset, Host, Market } from '../faults/fault.ts';

export const PERP = 'AAAUSDT';
export const SPOT = 'BBBUSDT';
/** Further symbols, which large warehouses have as well. */
export const MORE_PERPS = ['CCCUSDT'] as const;
export const MORE_SPOT = ['DDDUSDT'] as const;

const candles = (symbol: string, timeframe: '1m' | '1h' = '1m'): Series => {
  return { source: 'klines_perp', symbol, timeframe };
};
const readings = (source: string, symbol: string, timeframe: '5m' | '1h' = '5m'): Series => {
  return { source, symbol, timeframe };
};
const settlements = (symbol: string): Series => ({ source: 'funding_binance', symbol, timeframe: '1h' });
const spot = (symbol: string): Series => ({ source: 'klines_spot', symbol, timeframe: '1h' });
const SNAPSHOT: Series = { source: 'gex_deribit', symbol: 'BTC', timeframe: '1h' };
const DAYS: Series = { source: 'btc_market_cap', symbol: 'BTC', timeframe: '1d' };

/** The chain of which the snapshot is made: whoever takes it gets the snapshot along. It goes by its own name alone. */
export const CHAIN: Series = { source: 'option_quotes_deribit', symbol: 'BTC', timeframe: '1h' };

/** Statistics share their files, so that whoever orders one gets the others along. */
export const STATISTICS = [
  'open_interest_binance',
  'ratio_top_accounts',
  'ratio_top_positions',
  'ratio_global_accounts',
  'ratio_taker_volume',
] as const;

/** Candles of minutes, a statistic, settlements and a snapshot. */
export const smallSeries = (statistic: string, timeframe: '5m' | '1h'): readonly Series[] => [
  candles(PERP),
  readings(statistic, PERP, timeframe),
  settlements(PERP),
  SNAPSHOT,
];

/** Candles of minutes, two of five statistics that share their files, settlements, a snapshot, spot, and days. */
export const RUN_SERIES: readonly Series[] = [
  candles(PERP),
  readings('open_interest_binance', PERP),
  readings('ratio_taker_volume', PERP),
  settlements(PERP),
  SNAPSHOT,
  spot(SPOT),
  DAYS,
];

/** Several symbols of both markets, candles of two lengths, and the chain beside its snapshot. */
export const LARGE_SERIES: readonly Series[] = [
  ...RUN_SERIES,
  candles(PERP, '1h'),
  ...MORE_PERPS.flatMap((symbol) => [
    candles(symbol),
    readings('open_interest_binance', symbol),
    settlements(symbol),
  ]),
  ...MORE_SPOT.map(spot),
  CHAIN,
];

/** What the venue publishes of a symbol, and what faults of it can be about. */
export interface Published {
  readonly market: Market;
  readonly symbol: string;
  readonly dataset: Dataset;
}

function publishedAs({ source, symbol }: Series): Published | undefined {
  if (source === 'klines_spot') return { market: 'spot', symbol, dataset: 'klines' };
  if (source === 'klines_perp') return { market: 'um', symbol, dataset: 'klines' };
  if (source === 'funding_binance') return { market: 'um', symbol, dataset: 'funding' };
  const statistics: readonly string[] = STATISTICS;
  return statistics.includes(source) ? { market: 'um', symbol, dataset: 'metrics' } : undefined;
}

/** Each data set once. */
export function publishedOf(series: readonly Series[]): readonly Published[] {
  const all = series.flatMap((one) => publishedAs(one) ?? []);
  return [...new Map(all.map((one) => [Object.values(one).join(' '), one])).values()];
}

const HOSTS: Readonly<Record<string, Host>> = {
  gex_deribit: 'deribit',
  [CHAIN.source]: 'deribit',
  btc_market_cap: 'coinmetrics',
};

/** Hosts that the sources of some series request. */
export function hostsOf(series: readonly Series[]): ReadonlySet<Host> {
  const hosts = new Set<Host>();
  for (const one of series) {
    const market = publishedAs(one)?.market;
    if (market)
      hosts
        .add(market === 'spot' ? 'spot' : 'usdm')
        .add('archive')
        .add('listing');
    const other = HOSTS[one.source];
    if (other) hosts.add(other);
  }
  return hosts;
}
