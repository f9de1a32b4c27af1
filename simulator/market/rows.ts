/** Columns of a candle as integers: time in ms, prices in ticks, volumes in lots and in quote units. */
export const T = 0;
export const O = 1;
export const H = 2;
export const L = 3;
export const C = 4;
export const V = 5;
export const Q = 6;
/** trades */
export const N = 7;
/** taker buy base and quote volume */
export const BV = 8;
export const BQ = 9;
export const WIDTH = 10;

/** A growing table of candles, row after row in one array: a month of minutes makes no garbage. */
export class Rows {
  data: Float64Array;
  count = 0;

  constructor(capacity = 64) {
    this.data = new Float64Array(capacity * WIDTH);
  }

  /** Offset of a fresh row at the end. */
  next(): number {
    const at = this.count * WIDTH;
    if (at + WIDTH > this.data.length) {
      const grown = new Float64Array(this.data.length * 2 + WIDTH);
      grown.set(this.data);
      this.data = grown;
    }
    this.count += 1;
    return at;
  }

  get(row: number, column: number): number {
    return this.data[row * WIDTH + column] as number;
  }

  /** Appends rows `[from, to)` of another table. */
  append(other: Rows, from = 0, to = other.count): void {
    for (let row = from; row < to; row++) {
      const at = this.next();
      this.data.set(other.data.subarray(row * WIDTH, (row + 1) * WIDTH), at);
    }
  }

  /** Adds a later row to the last one: high, low, close and sums. */
  merge(other: Rows, row: number): void {
    const a = this.data;
    const b = other.data;
    const at = (this.count - 1) * WIDTH;
    const from = row * WIDTH;
    a[at + H] = Math.max(a[at + H] as number, b[from + H] as number);
    a[at + L] = Math.min(a[at + L] as number, b[from + L] as number);
    a[at + C] = b[from + C] as number;
    for (let column = V; column < WIDTH; column++) {
      a[at + column] = (a[at + column] as number) + (b[from + column] as number);
    }
  }
}
