import { MINUTE } from '../../functions/core/time/time.ts';
import { hash32, smooth, streamOf, unit } from '../numbers/noise.ts';
import { type Asset, assetOf } from './assets.ts';
import type { Contract, MarketName } from './contracts.ts';
import { BQ, BV, C, H, L, N, O, Q, type Rows, T, V } from './rows.ts';
import { TRADES_PER_MINUTE, tradable } from './trading/trades.ts';
import { Walk } from './walk.ts';

/** the perpetual trades as many times the dollars of spot */
const PERP_TURNOVER = 2;
const DOLLARS_PER_TRADE = 900;
const DOLLARS: ReadonlySet<string> = new Set(['USDT', 'USDC', 'USD']);
/** markets whose single trades are available: their candles are what the trades make */
const TRADED: ReadonlySet<MarketName> = new Set<MarketName>(['spot', 'um']);
/** how far a market strays from the price that all share */
export const STRAY: Readonly<Record<MarketName, number>> = {
  spot: 0,
  um: 0.000_6,
  cm: 0.000_8,
  'um-mark': 0.000_3,
  'um-index': 0,
  'um-premium': 0.000_6,
  'cm-mark': 0.000_4,
  'cm-index': 0,
  'cm-premium': 0.000_8,
  'bybit-spot': 0.000_3,
  'bybit-linear': 0.000_7,
  'bybit-inverse': 0.000_9,
  'okx-spot': 0.000_3,
  'okx-swap': 0.000_8,
  'hyperliquid-perp': 0.001,
  'hyperliquid-spot': 0.000_6,
};

/** Makes the 1m candles of one contract; the candle of a minute depends on nothing but seed, contract and minute. */
export class Minutes {
  readonly contract: Contract;
  readonly #base: Walk;
  readonly #quote: Walk | undefined;
  readonly #asset: Asset;
  readonly #streams: Readonly<
    Record<'quiet' | 'range' | 'volume' | 'taker' | 'price' | 'basis' | 'tide', number>
  >;
  readonly #tick: number;
  readonly #lot: number;
  /** quote units in one tick × lot */
  readonly #quoteScale: number;
  readonly #first: number;

  constructor(seed: number, contract: Contract) {
    const walk = (name: string): Walk => new Walk(seed, name, assetOf(name));
    const stream = (name: string): number => streamOf(seed, contract.market, contract.symbol, name);
    this.contract = contract;
    this.#asset = assetOf(contract.base);
    this.#base = walk(contract.base);
    this.#quote = DOLLARS.has(contract.quote) ? undefined : walk(contract.quote);
    this.#streams = {
      quiet: stream('quiet'),
      range: stream('range'),
      volume: stream('volume'),
      taker: stream('taker'),
      price: stream('price'),
      basis: stream('basis'),
      tide: stream('tide'),
    };
    const { price, lot, quote } = contract.digits;
    this.#tick = 10 ** price;
    this.#lot = 10 ** lot;
    this.#quoteScale = 10 ** (quote - price - lot);
    this.#first = contract.listedAt / MINUTE;
  }

  /** Appends the candles of minutes `[from, to)`, minutes since the epoch; the caller keeps inside the listing. */
  fill(rows: Rows, from: number, to: number): void {
    let open = this.openAt(from);
    for (let minute = from; minute < to; minute++) {
      const at = rows.next();
      const { data } = rows;
      const quiet = this.#isQuiet(minute);
      const close = quiet ? open : this.#ticks(minute + 1);
      data[at + T] = minute * MINUTE;
      data[at + O] = open;
      data[at + C] = close;
      if (quiet) data.fill(0, at + V, at + BQ + 1);
      this.#shape(data, at, minute, quiet);
      open = close;
    }
  }

  /** Price in ticks at the start of a minute: the close of the last minute that traded. */
  openAt(minute: number): number {
    let traded = minute - 1;
    while (traded >= this.#first && this.#isQuiet(traded)) traded -= 1;
    return this.#ticks(Math.max(traded + 1, this.#first));
  }

  #isQuiet(minute: number): boolean {
    const { quiet } = this.contract;
    return quiet > 0 && minute !== this.#first && unit(this.#streams.quiet, minute) < quiet;
  }

  #ticks(minute: number): number {
    const stray = STRAY[this.contract.market];
    const basis = stray > 0 ? stray * smooth(this.#streams.basis, minute, 240) : 0;
    const log = this.#base.log(minute) - (this.#quote?.log(minute) ?? 0) + basis;
    return Math.max(1, Math.round(Math.exp(log) * this.contract.multiplier * this.#tick));
  }

  #shape(data: Float64Array, at: number, minute: number, quiet: boolean): void {
    const open = data[at + O] as number;
    const close = data[at + C] as number;
    if (quiet) {
      data[at + H] = open;
      data[at + L] = open;
      return;
    }
    const range = hash32(this.#streams.range, minute);
    const wick = open * this.#asset.dailyVolatility * 0.026;
    const up = (range & 0xffff) / 0x10000;
    const down = (range >>> 16) / 0x10000;
    const trades = TRADED.has(this.contract.market);
    const wicked = Math.max(open, close) + Math.floor(wick * up * up);
    const low = Math.max(1, Math.min(open, close) - Math.floor(wick * down * down));

    // Prices that leave a choice, where the quote volume cannot write every sum.
    const high = trades && this.#quoteScale < 1 ? Math.max(wicked, low + 1) : wicked;

    const turnover = unit(this.#streams.volume, minute);
    const tide =
      1 + 0.45 * smooth(this.#streams.tide, minute, 480) + 0.35 * smooth(this.#streams.tide, minute, 47);
    const dollars =
      this.#asset.dollarsPerMinute *
      (this.contract.market === 'um' ? PERP_TURNOVER : 1) *
      3 *
      turnover *
      turnover *
      tide;
    const unitPrice = this.#quote ? Math.exp(this.#base.log(minute)) : open / this.#tick;
    const { contractSize } = this.contract;
    const lots = Math.max(
      1,
      Math.round(contractSize ? dollars / contractSize : (dollars / unitPrice) * this.#lot),
    );
    const taker = hash32(this.#streams.taker, minute);
    const bought = Math.round(lots * (0.3 + 0.4 * ((taker & 0xffff) / 0x10000)));
    const mean = low + (high - low) * (0.25 + 0.5 * unit(this.#streams.price, minute));
    // The dearer the coin, the less of it one inverse contract is.
    const vwap = contractSize
      ? (contractSize * this.#tick * 10 ** this.contract.digits.quote) / mean
      : mean * this.#quoteScale;
    const count = 1 + Math.floor((dollars / DOLLARS_PER_TRADE) * (0.6 + 0.8 * ((taker >>> 16) / 0x10000)));
    data[at + H] = high;
    data[at + L] = low;
    if (trades) {
      const made = tradable({ open, high, low, close }, { lots, bought }, mean, this.#quoteScale);
      data[at + V] = made.lots;
      data[at + Q] = made.quote;
      data[at + N] = Math.max(TRADES_PER_MINUTE, count);
      data[at + BV] = made.bought;
      data[at + BQ] = made.boughtQuote;
      return;
    }
    data[at + V] = lots;
    data[at + Q] = Math.round(vwap * lots);
    data[at + N] = Math.min(lots, count);
    data[at + BV] = bought;
    data[at + BQ] = Math.round(vwap * bought);
  }

  /** Minutes of `[from, to)` that traded. */
  countTraded(from: number, to: number): number {
    if (this.contract.quiet === 0) return to - from;
    let count = 0;
    for (let minute = from; minute < to; minute++) if (!this.#isQuiet(minute)) count++;
    return count;
  }

  get quoteScale(): number {
    return this.#quoteScale;
  }
}
