import type { Column, ColumnData } from '../../core/series/table.ts';
import { type FixedType, isFixed } from './copy-values.ts';

/** Signature, flags and the length of an extension that no server has. */
const HEADER_BYTES = 19;
const POSTGRES_EPOCH = Date.UTC(2000, 0);
const TWO_32 = 2 ** 32;

/**
 * Rows as `COPY … TO STDOUT (FORMAT binary)` has them, column by column: numbers as they are in a `Batch`. The numbers of a batch are
 * good until the second next one is full: these arrays would otherwise be most of what an export allocates.
 */
export class CopyDecoder {
  readonly #columns: readonly (NumberColumn | TextColumn)[];
  readonly #size: number;
  #length = 0;
  #begun = false;

  /** @param size rows of a batch */
  constructor(columns: readonly Column[], size: number) {
    this.#size = size;
    this.#columns = columns.map((column) =>
      isFixed(column) ? new NumberColumn(column.type, size) : new TextColumn(column.type),
    );
  }

  /**
   * Takes one message of the server, which holds whole rows.
   * @returns a batch as soon as it is full
   */
  add(message: Buffer): { readonly length: number; readonly columns: readonly ColumnData[] } | undefined {
    let at = this.#begun ? 0 : HEADER_BYTES;
    this.#begun = true;
    // The number of fields; -1 is the end.
    while (at < message.length && message.readInt16BE(at) >= 0) {
      at += 2;
      for (const column of this.#columns) {
        const bytes = message.readInt32BE(at);
        at += 4;
        column.add(message, at, bytes, this.#length);
        if (bytes > 0) at += bytes;
      }
      this.#length += 1;
    }
    return this.#length >= this.#size ? this.take() : undefined;
  }

  /** The rows since the last batch; undefined: none. */
  take(): { readonly length: number; readonly columns: readonly ColumnData[] } | undefined {
    if (this.#length === 0) return undefined;
    const length = this.#length;
    this.#length = 0;
    return { length, columns: this.#columns.map((column) => column.take(length)) };
  }
}

const READERS: Readonly<Record<FixedType, (message: Buffer, at: number) => number>> = {
  float8: (message, at) => message.readDoubleBE(at),
  int4: (message, at) => message.readInt32BE(at),
  int8: int64,
  bool: (message, at) => message[at]!,
  timestamptz: (message, at) => int64(message, at) / 1_000 + POSTGRES_EPOCH,
};

function int64(message: Buffer, at: number): number {
  return message.readInt32BE(at) * TWO_32 + message.readUInt32BE(at + 4);
}

class NumberColumn {
  readonly #read: (message: Buffer, at: number) => number;
  #values: Float64Array;
  #others: Float64Array;

  constructor(type: FixedType, size: number) {
    this.#read = READERS[type];
    this.#values = new Float64Array(size);
    this.#others = new Float64Array(size);
  }

  add(message: Buffer, at: number, bytes: number, row: number): void {
    this.#values[row] = bytes < 0 ? Number.NaN : this.#read(message, at);
  }

  take(length: number): Float64Array {
    const taken = this.#values.subarray(0, length);
    [this.#values, this.#others] = [this.#others, this.#values];
    return taken;
  }
}

/** Texts repeat, such as the symbol: one that is equal to the one before is not decoded again. */
class TextColumn {
  /** the binary format of jsonb has a version in front of the text */
  readonly #skip: number;
  #values: (string | null)[] = [];
  #last: { readonly bytes: Buffer; readonly text: string } | undefined;
  #isConstant = true;

  constructor(type: Column['type']) {
    this.#skip = type === 'jsonb' ? 1 : 0;
  }

  add(message: Buffer, at: number, bytes: number, row: number): void {
    const text = bytes < 0 ? null : this.#decode(message, at + this.#skip, at + bytes);
    this.#values.push(text);
    this.#isConstant &&= text !== null && (row === 0 || text === this.#values[0]);
  }

  #decode(message: Buffer, from: number, to: number): string {
    const { bytes, text } = this.#last ?? {};
    if (bytes?.length === to - from && message.compare(bytes, 0, bytes.length, from, to) === 0) return text!;
    const fresh = Buffer.from(message.subarray(from, to));
    this.#last = { bytes: fresh, text: fresh.toString('utf8') };
    return this.#last.text;
  }

  take(): ColumnData {
    const [values, isConstant] = [this.#values, this.#isConstant];
    this.#values = [];
    this.#isConstant = true;
    return isConstant ? { constant: values[0]! } : values;
  }
}
