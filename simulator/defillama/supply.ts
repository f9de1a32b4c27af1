import { DAY } from '../../functions/core/time/time.ts';
import { curve } from '../numbers/curve.ts';
import { smooth, streamOf } from '../numbers/noise.ts';

export interface Stablecoin {
  readonly id: string;
  readonly name: string;
  readonly symbol: string;
  readonly gecko: string;
  readonly mechanism: string;
  /** first day, epoch ms */
  readonly first: number;
  /** billions of US dollars at an instant */
  readonly billions: (at: number) => number;
}

type Level = readonly [day: string, billions: number];

const coin = (
  [id, name, symbol, gecko]: readonly [string, string, string, string],
  mechanism: string,
  knots: readonly Level[],
): Stablecoin => ({
  id,
  name,
  symbol,
  gecko,
  mechanism,
  first: Date.parse(knots[0]?.[0] ?? ''),
  billions: curve(knots),
});

/** Levels are near the real ones. `0` is not an id: all the coins that have no chart of their own here. */
export const COINS: readonly Stablecoin[] = [
  coin(['1', 'Tether', 'USDT', 'tether'], 'fiat-backed', [
    ['2017-11-29', 0.68],
    ['2018-08-01', 2.4],
    ['2020-01-01', 4.1],
    ['2021-01-01', 21],
    ['2022-04-15', 82.6],
    ['2023-01-01', 66.2],
    ['2024-01-01', 91.7],
    ['2025-01-01', 137],
    ['2026-01-01', 187],
    ['2028-01-01', 240],
  ]),
  coin(['2', 'USD Coin', 'USDC', 'usd-coin'], 'fiat-backed', [
    ['2018-10-01', 0.02],
    ['2020-01-01', 0.52],
    ['2021-01-01', 3.9],
    ['2022-06-20', 55.9],
    ['2023-03-10', 43.5],
    ['2023-12-01', 24.2],
    ['2025-01-01', 43.9],
    ['2026-01-01', 76],
    ['2028-01-01', 110],
  ]),
  coin(['5', 'Dai', 'DAI', 'dai'], 'crypto-backed', [
    ['2019-11-18', 0.02],
    ['2021-01-01', 1.2],
    ['2022-02-10', 9.8],
    ['2023-01-01', 5.1],
    ['2025-01-01', 5.3],
    ['2028-01-01', 4.4],
  ]),
  coin(['0', 'others', '', ''], '', [
    ['2018-03-01', 0.05],
    ['2020-01-01', 0.9],
    ['2021-06-01', 14],
    ['2022-05-05', 46],
    ['2022-05-20', 27],
    ['2024-01-01', 9],
    ['2025-01-01', 18],
    ['2028-01-01', 60],
  ]),
];

/** First day of the whole market's chart. */
export const FIRST = COINS[0]?.first as number;
/** Since then the euro coins are counted. */
export const EURO_FROM = Date.UTC(2021, 0, 1);

export interface Circulating {
  /** units of the pegged currency */
  readonly units: number;
  /** US dollars for one unit */
  readonly price: number;
}

export const circulating = (seed: number, coin: Stablecoin, at: number): Circulating =>
  supplyOf(seed, coin)(at);

/** What circulates at each instant, for a chart of thousands of days. */
export function supplyOf(seed: number, { id, billions }: Stablecoin): (at: number) => Circulating {
  const stream = streamOf(seed, 'stablecoin', id);
  return (at) => {
    const units =
      billions(at) * 1e9 * (1 + 0.012 * smooth(stream, at, 20 * DAY) + 0.002 * smooth(stream + 1, at, DAY));
    return { units, price: 1 + 0.000_8 * smooth(stream + 2, at, 2 * DAY) };
  };
}

const euroBillions = curve([
  ['2021-01-01', 0.06],
  ['2022-06-01', 0.35],
  ['2025-01-01', 0.31],
  ['2028-01-01', 0.8],
]);

export function eurosOf(seed: number): (at: number) => Circulating {
  const stream = streamOf(seed, 'stablecoin', 'euro');
  return (at) => ({
    units: euroBillions(at) * 1e9 * (1 + 0.02 * smooth(stream, at, 15 * DAY)),
    price: 1.09 + 0.08 * smooth(stream + 1, at, 120 * DAY),
  });
}
