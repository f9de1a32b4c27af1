import { DAY, MINUTE } from '../../functions/core/time/time.ts';
import { hash32, smooth, streamOf } from '../numbers/noise.ts';
import { assetOf } from './assets.ts';
import type { Computed, Contract } from './contracts.ts';
import { STRAY } from './minutes.ts';
import { BQ, C, H, L, N, O, type Rows, T, V } from './rows.ts';
import { Walk } from './walk.ts';

/** 10^-8, of the quote currency or as a fraction of the index. */
const DECIMALS = 8;
const UNIT = 10 ** DECIMALS;
/** in a minute; of the premium as the documentation's row has it */
const SAMPLES: Readonly<Record<Computed, number>> = { mark: 60, index: 60, premium: 12 };
/** The first rows of mark and index: older than every file of a month, and than the contracts' own files. */
const COMPUTED_FROM = Date.UTC(2019, 11, 23, 11, 58);

const DOLLARS: ReadonlySet<string> = new Set(['USDT', 'USDC', 'USD']);
const known = new Map<string, Contract>();

/** What is computed about a contract, as a market of its own: it halts at other minutes, and nothing is traded at it. */
export function computedMarket(kind: Computed, contract: Contract): Contract {
  const market = `${contract.market as 'um' | 'cm'}-${kind}` as const;
  const key = `${market} ${contract.symbol}`;
  let made = known.get(key);
  if (!made) {
    // A day of listing is whole, and an index is there before anything is traded on it.
    const day = contract.listedAt - (contract.listedAt % DAY);
    const listedAt = Math.max(COMPUTED_FROM, kind === 'index' && contract.quote === 'USDC' ? 0 : day);
    const { archiveFrom: _, ...about } = contract;
    made = {
      ...about,
      market,
      computed: kind,
      listedAt,
      digits: { price: DECIMALS, lot: 0, quote: 0 },
      quiet: 0,
      ...(listedAt < day && { archiveFrom: day }),
    };
    known.set(key, made);
  }
  return made;
}

/** Makes the 1m candles of a computed price; they depend on seed, contract and minute alone. */
export class ComputedMinutes {
  readonly #contract: Contract;
  readonly #kind: Computed;
  readonly #base: Walk;
  readonly #quote: Walk | undefined;
  readonly #wick: number;
  readonly #basis: number;
  readonly #range: number;

  constructor(seed: number, contract: Contract, kind: Computed) {
    const walk = (name: string): Walk => new Walk(seed, name, assetOf(name));
    this.#contract = contract;
    this.#kind = kind;
    this.#base = walk(contract.base);
    this.#quote = DOLLARS.has(contract.quote) ? undefined : walk(contract.quote);
    this.#wick = assetOf(contract.base).dailyVolatility * 0.01;
    // That of the contract itself: the premium is how far it strays from the index.
    this.#basis = streamOf(seed, contract.market.slice(0, 2), contract.symbol, 'basis');
    this.#range = streamOf(seed, contract.market, contract.symbol, 'range');
  }

  fill(rows: Rows, from: number, to: number): void {
    let open = this.openAt(from);
    for (let minute = from; minute < to; minute++) {
      const at = rows.next();
      const { data } = rows;
      const close = this.openAt(minute + 1);
      const range = hash32(this.#range, minute);
      const wick = (this.#kind === 'premium' ? UNIT * 0.02 : Math.abs(open)) * this.#wick;
      const [up, down] = [(range & 0xffff) / 0x10000, (range >>> 16) / 0x10000];
      data.fill(0, at + V, at + BQ + 1);
      data[at + T] = minute * MINUTE;
      data[at + O] = open;
      data[at + C] = close;
      data[at + H] = Math.max(open, close) + Math.floor(wick * up * up);
      data[at + L] = Math.min(open, close) - Math.floor(wick * down * down);
      data[at + N] = SAMPLES[this.#kind];
      open = close;
    }
  }

  /** Units at the start of a minute. */
  openAt(minute: number): number {
    const { market, multiplier } = this.#contract;
    const basis = STRAY[market] * smooth(this.#basis, minute, 240);
    if (this.#kind === 'premium') return Math.round(Math.expm1(basis) * UNIT);
    const log = this.#base.log(minute) - (this.#quote?.log(minute) ?? 0) + basis;
    return Math.round(Math.exp(log) * multiplier * UNIT);
  }
}
