import { releaseNumbers } from '../../../core/series/batch.ts';
import type { Series } from '../../../core/series/series.ts';
import type { Finding, Parsed } from '../../../core/series/source.ts';
import { type Batch, pickRows, sliceBatch, type TableSpec } from '../../../core/series/table.ts';
import type { RangeSet } from '../../../core/time/range.ts';
import { toMillis } from '../klines/kline-rows.ts';

/** Fields of a trade in the order of the archive; REST has the same by name. */
export const TRADE_FIELDS = [
  'agg_trade_id',
  'price',
  'quantity',
  'first_trade_id',
  'last_trade_id',
  'transact_time',
  'is_buyer_maker',
] as const;
const [ID, PRICE, QUANTITY, FIRST, LAST, TIME, MAKER] = [0, 1, 2, 3, 4, 5, 6];

/** The table of one market's trades, as `sql/` creates it. */
export const tradeTable = (name: string): TableSpec => ({
  name,
  columns: [
    { name: 'symbol', type: 'text' },
    { name: 'time', type: 'timestamptz' },
    { name: 'trade_id', type: 'int8' },
    { name: 'price', type: 'float8' },
    { name: 'quantity', type: 'float8' },
    { name: 'first_trade_id', type: 'int8' },
    { name: 'last_trade_id', type: 'int8' },
    { name: 'buyer_is_maker', type: 'bool' },
  ],
  key: ['symbol', 'time', 'trade_id'],
  cadence: 'irregular',
  offGrid: true,
});

/** Place of the trade's id in a batch. */
export const ID_COLUMN = 2;

/** Collects trades field by field in typed arrays. */
export class TradeRows {
  length = 0;
  #fields: readonly Float64Array[] = arrays(1_024);
  readonly #symbol: string;

  constructor({ symbol }: Series) {
    this.#symbol = symbol;
  }

  /** @param fields in the order of `TRADE_FIELDS`; the maker's flag as 0 or 1 */
  add(fields: ArrayLike<number>): void {
    if (this.length === this.#fields[0]!.length) {
      const wider = arrays(2 * this.length);
      for (const [f, field] of this.#fields.entries()) wider[f]!.set(field);
      this.#fields = wider;
    }
    for (let f = 0; f < TRADE_FIELDS.length; f++) this.#fields[f]![this.length] = fields[f]!;
    // A file has microseconds where an answer about the same trade has milliseconds: it must be the same row.
    this.#fields[TIME]![this.length] = Math.floor(toMillis(fields[TIME]!));
    this.length++;
  }

  /** The newest time that was added; `-Infinity` while there is none. */
  get newest(): number {
    return this.length === 0 ? Number.NEGATIVE_INFINITY : this.#fields[TIME]![this.length - 1]!;
  }

  /**
   * The trades by time and id, each once. Those from an instant on stay for the next call.
   * @param until epoch ms; absent: all
   */
  take(until = Number.POSITIVE_INFINITY): Batch {
    const sorted = inOrder(this.#batch());
    let to = sorted.length;
    while (to > 0 && sorted.times[to - 1]! >= until) to--;
    const rest = sliceBatch(sorted, to, sorted.length);
    this.#fields = arrays(Math.max(1_024, 2 * rest.length));
    this.length = rest.length;
    for (const [c, f] of FIELD_OF_COLUMN.entries()) {
      if (f !== undefined) this.#fields[f]!.set(rest.columns[c] as Float64Array);
    }
    return sliceBatch(sorted, 0, to);
  }

  #batch(): Batch {
    const field = (f: number): Float64Array => this.#fields[f]!.slice(0, this.length);
    const times = field(TIME!);
    const columns = FIELD_OF_COLUMN.map((f) =>
      f === undefined ? { constant: this.#symbol } : f === TIME ? times : field(f),
    );
    return { length: this.length, times, columns };
  }
}

const FIELD_OF_COLUMN = [undefined, TIME, ID, PRICE, QUANTITY, FIRST, LAST, MAKER];

const arrays = (length: number): Float64Array[] => TRADE_FIELDS.map(() => new Float64Array(length));

/** By time and id, each key once: of a repeated one the first stays. */
function inOrder(batch: Batch): Batch {
  const { times } = batch;
  const ids = batch.columns[ID_COLUMN] as Float64Array;
  const compare = (a: number, b: number): number => times[a]! - times[b]! || ids[a]! - ids[b]!;
  let ascending = true;
  for (let i = 1; i < batch.length && ascending; i++) ascending = compare(i - 1, i) < 0;
  if (ascending) return batch;
  const order = Array.from(times.keys()).sort(compare);
  return pickRows(
    batch,
    order.filter((at, i) => i === 0 || compare(order[i - 1]!, at) !== 0),
  );
}

/** Where the ids of consecutive trades jump, the venue left some out. Times are epoch ms, in the order of the batch. */
export interface Jump {
  readonly after: { readonly id: number; readonly time: number };
  readonly before: { readonly id: number; readonly time: number };
}

/** The jumps within a batch, and from the trade before it. */
export function jumpsIn({ length, times, columns }: Batch, previous?: Jump['after']): Jump[] {
  const ids = columns[ID_COLUMN] as Float64Array;
  const out: Jump[] = [];
  let after = previous;
  for (let i = 0; i < length; i++) {
    const before = { id: ids[i]!, time: times[i]! };
    if (after && before.id > after.id + 1) out.push({ after, before });
    after = before;
  }
  return out;
}

/** Trades without which those around them were published. */
export const missingTrades = ({ after, before }: Jump): Finding => ({
  kind: 'missing-trades',
  time: after.time,
  until: before.time + 1,
  detail: { after: after.id, before: before.id, trades: before.id - after.id - 1 },
});

/** A piece whose memory is given back when its rows are committed. */
export const releasable = (batch: Batch, findings: readonly Finding[], answered?: RangeSet): Parsed => ({
  batch: { ...batch, release: () => releaseNumbers([batch.times, ...batch.columns]) },
  findings,
  ...(answered && { answered }),
});
