import { GordonError } from '../../core/errors/errors.ts';
import type { Column } from '../../core/series/table.ts';

/** PostgreSQL counts from 2000-01-01, in microseconds. */
export const POSTGRES_EPOCH = Date.UTC(2000, 0);
const TWO_32 = 2 ** 32;

/** Bytes of the types that have a fixed size. */
export const WIDTH = { timestamptz: 8, float8: 8, int8: 8, int4: 4, bool: 1 } as const;
export type FixedType = keyof typeof WIDTH;
/** Whether all values of a column have the same length in the binary format. */
export const isFixed = (column: Column): column is Column & { type: FixedType } => column.type in WIDTH;

/** How PostgreSQL's binary format encodes a number. @throws GordonError `unfit-value` */
export const WRITERS: Record<FixedType, (view: DataView, at: number, value: number, column: Column) => void> =
  {
    float8: (view, at, value) => view.setFloat64(at, value),
    timestamptz: (view, at, value, column) => int64(view, at, (value - POSTGRES_EPOCH) * 1000, column),
    int8: int64,
    int4,
    bool,
  };

function int4(view: DataView, at: number, value: number, column: Column): void {
  if (value !== (value | 0)) throw unfit(column, value);
  view.setInt32(at, value);
}

function bool(view: DataView, at: number, value: number, column: Column): void {
  if (value !== 0 && value !== 1) throw unfit(column, value);
  view.setUint8(at, value);
}

function int64(view: DataView, at: number, value: number, column: Column): void {
  if (!Number.isSafeInteger(value)) throw unfit(column, value);
  const high = Math.floor(value / TWO_32);
  view.setInt32(at, high);
  view.setUint32(at + 4, value - high * TWO_32);
}

type Filler = (view: DataView, at: number, stride: number, values: Float64Array, column: Column) => void;

/**
 * Writes a column into rows of one length. Each type has a loop of its own: one loop that calls different writers would box
 * every number on its way, which is most of what the garbage collector then has to collect.
 * @throws GordonError `unfit-value`
 */
export const FILLERS: Record<FixedType, Filler> = {
  float8(view, at, stride, values) {
    for (let i = 0, to = at; i < values.length; i++, to += stride) view.setFloat64(to, values[i]!);
  },
  timestamptz(view, at, stride, values, column) {
    for (let i = 0, to = at; i < values.length; i++, to += stride) {
      int64(view, to, (values[i]! - POSTGRES_EPOCH) * 1000, column);
    }
  },
  int8(view, at, stride, values, column) {
    for (let i = 0, to = at; i < values.length; i++, to += stride) int64(view, to, values[i]!, column);
  },
  int4(view, at, stride, values, column) {
    for (let i = 0, to = at; i < values.length; i++, to += stride) int4(view, to, values[i]!, column);
  },
  bool(view, at, stride, values, column) {
    for (let i = 0, to = at; i < values.length; i++, to += stride) bool(view, to, values[i]!, column);
  },
};

/** Binary jsonb is a version byte followed by the text. */
export const JSONB_VERSION = 1;
/** A text or JSON value in the binary format, without its length. */
export const textBytes = (column: Column, text: string): Buffer =>
  Buffer.concat([Buffer.from(column.type === 'jsonb' ? [JSONB_VERSION] : []), Buffer.from(text)]);

const unfit = (column: Column, value: number): GordonError =>
  new GordonError({
    code: 'unfit-value',
    subject: column.name,
    message: `${value} is no ${column.type}.`,
  });

const FIRST_BYTES = 64 * 1024;

/** A buffer that is doubled when it is full. */
export class Growing {
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #used = 0;
  view = new DataView(this.#bytes.buffer);

  get size(): number {
    return this.#used;
  }

  room(bytes: number): DataView {
    if (this.#used + bytes > this.#bytes.length) {
      const grown = Buffer.allocUnsafeSlow(2 * this.#bytes.length + bytes);
      this.#bytes.copy(grown, 0, 0, this.#used);
      this.#bytes = grown;
      this.view = new DataView(grown.buffer);
    }
    return this.view;
  }

  /** @returns where the bytes go; `room` must have made space for them */
  claim(bytes: number): number {
    this.#used += bytes;
    return this.#used - bytes;
  }

  text(text: string, versioned: boolean): void {
    // UTF-8 takes three bytes at most for each unit of a JavaScript string.
    this.room(5 + 3 * text.length);
    const length = this.claim(4);
    if (versioned) this.view.setUint8(this.claim(1), JSONB_VERSION);
    this.#used += this.#bytes.write(text, this.#used);
    this.view.setInt32(length, this.#used - length - 4);
  }

  done(): Buffer {
    return this.#bytes.subarray(0, this.#used);
  }
}
