import { DAY, HOUR, MINUTE } from '../../../functions/core/time/time.ts';
import { BQ, BV, C, H, L, N, O, Q, type Rows, T, V } from '../../../simulator/market/rows.ts';
import { hash32, streamOf, unit } from '../../../simulator/numbers/noise.ts';
import type { Listed } from './book.ts';

/** Decimals of a price tick, of a lot and of the quote volume. */
export const DIGITS = { price: 2, lot: 3, quote: 5 } as const;

export type Crowd = 'topAccounts' | 'topPositions' | 'allAccounts';

const candleNames = new Map<number, string>();
function nameOfCandles(step: number): string {
  const known = candleNames.get(step) ?? `candle ${step}`;
  candleNames.set(step, known);
  return known;
}

const LOTS = 50_000;
const SHARES = 4_000;

/** Whose values they are: one contract of a ticker. */
export interface Of {
  readonly listed: Pick<Listed, 'market' | 'symbol' | 'quiet'>;
  readonly contract: number;
}

interface Stream {
  readonly market: string;
  readonly contract: number;
  readonly stream: number;
}

/**
 * The numbers of a market: a pure function of seed, contract, time and edition. Two editions of a row differ in each of its
 * values that a venue restates; neighbours hardly ever have the same ones.
 */
export class Values {
  readonly #seed: number;
  /** by name and symbol */
  readonly #streams = new Map<string, Map<string, Stream[]>>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Appends a candle. @param step its length, ms */
  candle(rows: Rows, of: Of, step: number, open: number, edition: number): void {
    const stream = this.#stream(of, nameOfCandles(step));
    const minute = open / MINUTE;
    const [a, b] = [hash32(stream, minute), hash32(stream ^ 0x5bd1e995, minute)];
    const level = 9_000 + (hash32(stream, open - (open % DAY)) % 2_000);
    const at = rows.next();
    const { data } = rows;
    const { quiet } = of.listed;
    const still = quiet > 0 && step === MINUTE && unit(stream ^ 0x1b873593, minute) < quiet;
    const [from, to] = [level + (a % 100), still ? level + (a % 100) : level + ((a >>> 8) % 100)];
    const lots = still ? 0 : 1 + (b % LOTS) + edition * LOTS;
    const bought = Math.floor(lots * 0.4);
    data[at + T] = open;
    data[at + O] = from;
    data[at + C] = to;
    data[at + H] = Math.max(from, to) + (still ? 0 : (a >>> 16) % 20);
    data[at + L] = Math.min(from, to) - (still ? 0 : (a >>> 24) % 20);
    data[at + V] = lots;
    data[at + Q] = lots * to;
    data[at + N] = still ? 0 : 1 + (b >>> 20);
    data[at + BV] = bought;
    data[at + BQ] = bought * to;
  }

  /** A candle of the time after the end: one price, and nothing traded. */
  frozen(rows: Rows, of: Of, open: number): void {
    const price = 9_000 + (this.#stream(of, 'frozen') % 1_000);
    const at = rows.next();
    rows.data.fill(0, at, at + BQ + 1);
    rows.data[at + T] = open;
    for (const column of [O, H, L, C]) rows.data[at + column] = price;
  }

  /** Lots, and their worth in 10^-4 of the quote. */
  openInterest(of: Of, at: number, edition: number): { lots: number; value: number } {
    const lots = 1_000_000 + (hash32(this.#stream(of, 'open interest'), at) % LOTS) + edition * LOTS;
    return { lots, value: lots * 1_000 };
  }

  /** Share of the crowd that is long, in 10^-4. */
  longShare(of: Of, crowd: Crowd, at: number, edition: number): number {
    return 3_000 + ((hash32(this.#stream(of, crowd), at) + edition * 37) % SHARES);
  }

  /** In the slot that ends at an instant; lots. */
  takerVolume(of: Of, at: number, edition: number): { bought: number; sold: number } {
    const h = hash32(this.#stream(of, 'taker'), at);
    return { bought: 10_000 + (h % LOTS) + edition * 1_009, sold: 10_000 + ((h >>> 16) % LOTS) };
  }

  /** In 10^-8. */
  rate(of: Of, due: number, edition: number): number {
    return 10_000 + (hash32(this.#stream(of, 'rate'), due) % 5_000) + edition * 5_000;
  }

  /** How much later than due a settlement is stamped; ms, half of them not at all. */
  jitter(of: Of, due: number): number {
    const h = hash32(this.#stream(of, 'jitter'), due);
    return h % 2 === 0 ? 0 : 1 + ((h >>> 1) % 50);
  }

  /** What an option's quote is in an hour: coins held, and percent a year. */
  option(name: string, at: number): { openInterest: number; iv: number } {
    const h = hash32(
      this.#stream({ listed: { market: 'um', symbol: name, quiet: 0 }, contract: 0 }, 'option'),
      at - (at % HOUR),
    );
    return { openInterest: 1 + (h % 9_999) / 10, iv: 40 + ((h >>> 16) % 400) / 10 };
  }

  #stream({ listed, contract }: Of, name: string): number {
    const { market, symbol } = listed;
    const ofName = this.#streams.get(name) ?? new Map<string, Stream[]>();
    const ofSymbol = ofName.get(symbol) ?? [];
    const known = ofSymbol.find((one) => one.contract === contract && one.market === market);
    if (known) return known.stream;
    const stream = streamOf(this.#seed, market, symbol, String(contract), name);
    ofSymbol.push({ market, contract, stream });
    this.#streams.set(name, ofName.set(symbol, ofSymbol));
    return stream;
  }
}
