import { DAY, HOUR, MINUTE } from '../../functions/core/time/time.ts';
import { smooth, streamOf } from '../numbers/noise.ts';
import { ASSETS } from './assets.ts';
import type { Contract } from './contracts.ts';
import { INTERVALS, type Interval } from './intervals.ts';
import type { SimMarket } from './market.ts';
import { BV, V } from './rows.ts';

/** minutes of spot turnover that the open interest is worth */
const OPEN_INTEREST_MINUTES = 9_000;
const SUPPLY_PER_OPEN_INTEREST = 240;

export type Crowd = 'topAccounts' | 'topPositions' | 'allAccounts';
const CENTRE: Readonly<Record<Crowd, number>> = { topAccounts: 0.61, topPositions: 0.58, allAccounts: 0.64 };

/** Open interest, crowd ratios and taker volume of a perpetual: what REST shows for a month and the archive without end. */
export class Positioning {
  readonly #seed: number;
  readonly #market: SimMarket;

  constructor(seed: number, market: SimMarket) {
    this.#seed = seed;
    this.#market = market;
  }

  /** Snapshot at an instant: lots, and their worth in 10^-4 of the quote currency; of COIN-M contracts, and 10^-8 of the coin. */
  openInterest(contract: Contract, at: number): { lots: number; value: number } {
    const stream = streamOf(this.#seed, 'um', contract.symbol, 'open-interest');
    const t = at / MINUTE;
    const level =
      1 +
      0.35 * smooth(stream, t, (9 * DAY) / MINUTE) +
      0.08 * smooth(stream, t, 700) +
      0.01 * smooth(stream, t, 7);
    const { lot, price } = contract.digits;
    if (contract.contractSize !== undefined) {
      const coins = Math.max(1, Math.round(scaleOf(contract) * level * 1e8));
      const dollars = (coins / 1e8) * (this.#market.priceAt(contract, at) / 10 ** price);
      const contracts = Math.max(1, Math.round(dollars / contract.contractSize));
      return { lots: contracts, value: coins };
    }
    const lots = Math.max(1, Math.round(scaleOf(contract) * level * 10 ** lot));
    return { lots, value: Math.round((lots * this.#market.priceAt(contract, at)) / 10 ** (lot + price - 4)) };
  }

  /** Circulating supply in 10^-2 of the base currency: some multiple that grows a little every day. */
  supply(contract: Contract, at: number): number {
    const days = Math.floor(at / DAY) - 18_000;
    return Math.round(scaleOf(contract) * SUPPLY_PER_OPEN_INTEREST * 100 * (1 + days * 0.000_02));
  }

  /** Share of the crowd that is long, in 10^-4. */
  longShare(contract: Contract, crowd: Crowd, at: number): number {
    const stream = streamOf(this.#seed, 'um', contract.symbol, crowd);
    const swing =
      0.14 * smooth(stream, at / HOUR, 110) +
      0.04 * smooth(stream, at / HOUR, 9) +
      0.01 * smooth(stream, at / MINUTE, 6);
    return Math.round((CENTRE[crowd] + swing) * 10_000);
  }

  /** Taker volume in `[at, at + step)`, in lots. */
  takerVolume(contract: Contract, at: number, step: number): { bought: number; sold: number } {
    const interval = INTERVALS.get('1m') as Interval;
    const rows = this.#market.candles(contract, { interval, start: at, end: at + step, asOf: Infinity });
    let bought = 0;
    let volume = 0;
    for (let row = 0; row < rows.count; row++) {
      bought += rows.get(row, BV);
      volume += rows.get(row, V);
    }
    return { bought, sold: volume - bought };
  }
}

/** Usual open interest in units of the contract, at the asset's price of 2024. */
function scaleOf(contract: Contract): number {
  const asset = ASSETS[contract.base];
  if (!asset) throw new RangeError(`no simulated asset ${contract.base}: add it to assets.ts`);
  const price = asset.price2020 * Math.exp(asset.drift * 4) * contract.multiplier;
  return (asset.dollarsPerMinute * OPEN_INTEREST_MINUTES) / price;
}
