import { DAY, HOUR } from '../../functions/core/time/time.ts';
import type { VenueContext } from '../frame/module.ts';
import { type Prices, pricesOf } from '../market/price.ts';
import { COINS, type Coin, MINED_FROM } from '../market/supply.ts';

/** A day's values come out this long after its end. */
const PUBLISHED_AFTER = 2.5 * HOUR;

const METRICS: Readonly<Record<string, (prices: Prices, coin: Coin, at: number) => number>> = {
  CapMrktCurUSD: (prices, coin, at) => prices.at(coin.base, at) * coin.supply(at),
  PriceUSD: (prices, coin, at) => prices.at(coin.base, at),
  SplyCur: (_, coin, at) => coin.supply(at),
};

/** Exist, but not without a key. */
export const PAID: readonly string[] = ['CapRealUSD', 'NVTAdj', 'SplyAct1yr'];

export const isMetric = (name: string): boolean => name in METRICS;
export const isAsset = (name: string): boolean => name in COINS;

export interface MetricRow {
  readonly asset: string;
  /** stamp of the day's start with nanoseconds */
  readonly time: string;
  readonly [metric: string]: string;
}

/** Daily rows of one asset with a stamp in `[from, to]`, oldest first; a metric that does not exist yet is absent. */
export function daily(
  context: VenueContext,
  asset: string,
  metrics: readonly string[],
  { from, to }: { from: number; to: number },
): MetricRow[] {
  const coin = COINS[asset] as Coin;
  const prices = pricesOf(context);
  const newest = Math.floor((context.now() - PUBLISHED_AFTER - DAY) / DAY) * DAY;
  const start = Math.ceil(Math.max(from, asset === 'btc' ? MINED_FROM : coin.pricedFrom) / DAY) * DAY;
  const rows: MetricRow[] = [];
  for (let day = start; day <= Math.min(to, newest); day += DAY) {
    const served = metrics.filter((metric) => metric === 'SplyCur' || day >= coin.pricedFrom);
    const factor = context.restatements.factor('coinmetrics', asset, day);
    if (served.length === 0 || factor === undefined) continue;
    const restated = (metric: string): number => METRICS[metric]!(prices, coin, day + DAY) * factor;
    const values = served.map((metric) => [metric, restated(metric).toFixed(14)]);
    rows.push({
      asset,
      time: `${new Date(day).toISOString().slice(0, 19)}.000000000Z`,
      ...Object.fromEntries(values),
    });
  }
  return rows;
}
