import type { TableSpec } from '../../series/table.ts';
import { floorTo, MINUTE } from '../../time/time.ts';
import type { Cell } from '../canonical.ts';

/** One row of a table of trades. */
export interface Trade {
  /** epoch ms */
  readonly time: number;
  readonly price: number;
  readonly quantity: number;
  /** single trades in the row */
  readonly count: number;
  readonly buyerIsMaker: boolean;
}

/** What the trades of a minute make, by the names of the columns of candles. */
export interface Candle {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly quote_volume: number;
  readonly trades: number;
  readonly taker_buy_volume: number;
  readonly taker_buy_quote_volume: number;
}

export type CandleField = keyof Candle;
export const CANDLE_FIELDS: readonly CandleField[] = [
  'open',
  'high',
  'low',
  'close',
  'volume',
  'quote_volume',
  'trades',
  'taker_buy_volume',
  'taker_buy_quote_volume',
];

export interface MadeCandle {
  /** the minute, epoch ms */
  readonly time: number;
  readonly candle: Candle;
}

/** Makes candles of a minute out of trades in the order of their ids; it holds no more than the running one. */
export class CandleMaker {
  #time = Number.NaN;
  #candle: { -readonly [Field in CandleField]: number } | undefined;

  /** @returns the candle of the minute before, where the trade begins another one */
  add(trade: Trade): MadeCandle | undefined {
    const minute = floorTo(trade.time, MINUTE);
    const done = minute === this.#time ? undefined : this.end();
    this.#time = minute;
    const { price, quantity, count, buyerIsMaker } = trade;
    const bought = buyerIsMaker ? 0 : quantity;
    this.#candle ??= {
      open: price,
      high: price,
      low: price,
      close: price,
      volume: 0,
      quote_volume: 0,
      trades: 0,
      taker_buy_volume: 0,
      taker_buy_quote_volume: 0,
    };
    const candle = this.#candle;
    candle.high = Math.max(candle.high, price);
    candle.low = Math.min(candle.low, price);
    candle.close = price;
    candle.volume += quantity;
    candle.quote_volume += price * quantity;
    candle.trades += count;
    candle.taker_buy_volume += bought;
    candle.taker_buy_quote_volume += price * bought;
    return done;
  }

  /** The running candle; the next trade begins another one. */
  end(): MadeCandle | undefined {
    const candle = this.#candle;
    this.#candle = undefined;
    return candle && { time: this.#time, candle };
  }
}

/** Reads rows of a table of trades. @returns what makes a trade of the cells of one row */
export function tradeReader(table: TableSpec): (cells: readonly Cell[]) => Trade {
  const place = (name: string): number => table.columns.findIndex((column) => column.name === name);
  const [time, price, quantity] = [place('time'), place('price'), place('quantity')];
  const [first, last, maker] = [place('first_trade_id'), place('last_trade_id'), place('buyer_is_maker')];
  return (cells) => ({
    time: Number(cells[time]),
    price: Number(cells[price]),
    quantity: Number(cells[quantity]),
    count: Number(cells[last]) - Number(cells[first]) + 1,
    buyerIsMaker: Boolean(cells[maker]),
  });
}

/** Reads rows of a table of candles. */
export function candleReader(table: TableSpec, timeName: string): (cells: readonly Cell[]) => MadeCandle {
  const place = (name: string): number => table.columns.findIndex((column) => column.name === name);
  const time = place(timeName);
  const places = CANDLE_FIELDS.map(place);
  return (cells) => {
    const values = places.map((at) => Number(cells[at]));
    const candle = Object.fromEntries(CANDLE_FIELDS.map((field, f) => [field, values[f]!]));
    return { time: Number(cells[time]), candle: candle as Record<CandleField, number> };
  };
}
