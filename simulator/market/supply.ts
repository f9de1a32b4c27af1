import { MINUTE } from '../../functions/core/time/time.ts';
import { curve } from '../numbers/curve.ts';

const BLOCKS_PER_HALVING = 210_000;
/** Real dates of Bitcoin's first block and of its halvings; between two of them blocks come evenly here. */
const HALVINGS = ['2009-01-03', '2012-11-28', '2016-07-09', '2020-05-11', '2024-04-20'].map((d) =>
  Date.parse(d),
);

/** Bitcoins mined by an instant. */
export function bitcoins(at: number): number {
  let mined = 0;
  let reward = 50;
  for (const [i, start] of HALVINGS.entries()) {
    if (at <= start) break;
    const end = HALVINGS[i + 1] ?? start + BLOCKS_PER_HALVING * 10 * MINUTE;
    mined += BLOCKS_PER_HALVING * reward * Math.min(1, (at - start) / (end - start));
    reward /= 2;
  }
  return mined;
}

const millionEthers = curve([
  ['2015-07-30', 72],
  ['2018-01-01', 96.7],
  ['2020-01-01', 109.1],
  ['2022-09-15', 120.5],
  ['2024-03-01', 120.1],
  ['2026-01-01', 120.7],
]);

export interface Coin {
  readonly base: string;
  /** first day with a price, epoch ms */
  readonly pricedFrom: number;
  readonly supply: (at: number) => number;
}

/** Assets whose market capitalisation is published, by their lower-case names. */
export const COINS: Readonly<Record<string, Coin>> = {
  btc: { base: 'BTC', pricedFrom: Date.UTC(2010, 6, 18), supply: bitcoins },
  eth: { base: 'ETH', pricedFrom: Date.UTC(2015, 7, 8), supply: (at) => millionEthers(at) * 1e6 },
};

export const MINED_FROM = HALVINGS[0] as number;
