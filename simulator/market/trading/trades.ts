import { MINUTE } from '../../../functions/core/time/time.ts';
import { hash32 } from '../../numbers/noise.ts';
import { BQ, BV, C, H, L, N, O, Q, type Rows, T, V } from '../rows.ts';

/** Rows of a minute that traded; the candle is what they make. */
export const TRADES_PER_MINUTE = 8;
/** Single trades are numbered from here within a row's own block: their ids jump, as those of futures do. */
const SINGLE_IDS = 100_000;
/** One lot each at open, high, low and close. */
const MARKS = 4;

/** One row of `aggTrades`; prices in ticks, quantities in lots. */
export interface Trade {
  readonly id: number;
  /** epoch ms */
  readonly time: number;
  readonly price: number;
  readonly lots: number;
  readonly first: number;
  readonly last: number;
  readonly buyerIsMaker: boolean;
}

interface Turnover {
  readonly lots: number;
  readonly bought: number;
  /** in quote units */
  readonly quote: number;
  readonly boughtQuote: number;
}

/**
 * Volumes that eight trades can have: at least enough that open, high, low and close are among the prices, and sums of price
 * times quantity that the decimals of the quote volume can write.
 * @param vwap in ticks, within low and high @param scale quote units in one tick × lot
 */
export function tradable(
  { open, high, low, close }: Record<'open' | 'high' | 'low' | 'close', number>,
  { lots: wished, bought: wishedBought }: Pick<Turnover, 'lots' | 'bought'>,
  vwap: number,
  scale: number,
): Turnover {
  const grain = grainOf(scale);
  const least = Math.max(2, grain);
  const lots = Math.max(wished, MARKS + 2 * least);
  const bought = Math.min(Math.max(wishedBought, least), lots - MARKS - least);
  const sold = lots - MARKS - bought;
  const marks = open + high + low + close;
  const buys = nearest(vwap * bought, grain, 0, low * bought, high * bought);
  const sells = nearest(vwap * sold, grain, -marks, low * sold, high * sold);
  return { lots, bought, quote: units(marks + buys + sells, scale), boughtQuote: units(buys, scale) };
}

/** Ticks × lots of which the quote volume can write no part. */
const grainOf = (scale: number): number => (scale < 1 ? Math.round(1 / scale) : 1);
const units = (ticks: number, scale: number): number =>
  scale < 1 ? ticks / grainOf(scale) : ticks * Math.round(scale);
const ticksOf = (quote: number, scale: number): number =>
  scale < 1 ? quote * grainOf(scale) : quote / Math.round(scale);

/** The number next to `wish` that is `rest` modulo `grain` and lies within bounds. */
function nearest(wish: number, grain: number, rest: number, from: number, to: number): number {
  const shift = ((rest % grain) + grain) % grain;
  const first = Math.ceil((from - shift) / grain);
  const last = Math.floor((to - shift) / grain);
  return Math.min(Math.max(Math.round((wish - shift) / grain), first), last) * grain + shift;
}

/**
 * The trades of one candle of a minute. A candle without a trade has none.
 * @param index how many minutes traded before it, since the listing
 */
export function tradesOf(rows: Rows, row: number, index: number, scale: number, stream: number): Trade[] {
  const get = (column: number): number => rows.get(row, column);
  if (get(N) === 0) return [];
  const bought = get(BV);
  const sold = get(V) - MARKS - bought;
  const buys = ticksOf(get(BQ), scale);
  const sells = ticksOf(get(Q), scale) - buys - get(O) - get(H) - get(L) - get(C);
  const [buyLow, buyHigh] = twoLevels(buys, bought);
  const [sellLow, sellHigh] = twoLevels(sells, sold);
  const sold1 = (price: number): Level => ({ price, lots: 1 });
  const plan: readonly (Level & { readonly buyerIsMaker: boolean })[] = [
    { ...sold1(get(O)), buyerIsMaker: true },
    { ...buyLow, buyerIsMaker: false },
    { ...sold1(get(H)), buyerIsMaker: true },
    { ...sellLow, buyerIsMaker: true },
    { ...sold1(get(L)), buyerIsMaker: true },
    { ...buyHigh, buyerIsMaker: false },
    { ...sellHigh, buyerIsMaker: true },
    { ...sold1(get(C)), buyerIsMaker: true },
  ];
  const start = get(T);
  const slot = MINUTE / TRADES_PER_MINUTE;
  return plan.map((one, i): Trade => {
    const id = index * TRADES_PER_MINUTE + i;
    // The first and the last instant of the minute, and twice the same millisecond.
    const at = i === 4 ? 3 : i;
    const jitter = hash32(stream, start / MINUTE + at) % slot;
    const time = start + (at === 0 ? 0 : at === TRADES_PER_MINUTE - 1 ? MINUTE - 1 : at * slot + jitter);
    const singles = i === 1 ? get(N) - TRADES_PER_MINUTE + 1 : 1;
    const first = id * SINGLE_IDS;
    return { ...one, id, time, first, last: first + singles - 1 };
  });
}

type Level = Pick<Trade, 'price' | 'lots'>;

/** Two quantities at neighbouring prices with a given sum of price times quantity. */
function twoLevels(ticks: number, lots: number): [Level, Level] {
  const price = Math.floor(ticks / lots);
  const above = ticks - price * lots;
  if (above === 0) {
    return [
      { price, lots: lots - 1 },
      { price, lots: 1 },
    ];
  }
  return [
    { price, lots: lots - above },
    { price: price + 1, lots: above },
  ];
}
