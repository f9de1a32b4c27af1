import type { ColumnBatch } from '../../core/queries/export/columnar.ts';
import type { Column, ColumnData } from '../../core/series/table.ts';
import { JSONB_VERSION, POSTGRES_EPOCH } from './copy-values.ts';

const SIGNATURE_BYTES = 19;
const TRAILER = -1;
const NULL = -1;

/**
 * Reads the body of `COPY … TO STDOUT (FORMAT binary)`, whole rows at a time as the server sends them, into batches of columns.
 * Numbers never become objects on the way, nor texts that are equal to that of the row before.
 */
export class CopyDecoder {
  readonly #columns: readonly Column[];
  readonly #size: number;
  #cells: Cells[];
  #started = false;
  #length = 0;

  /** @param size rows of a batch */
  constructor(columns: readonly Column[], size: number) {
    this.#columns = columns;
    this.#size = size;
    this.#cells = this.#fresh();
  }

  get length(): number {
    return this.#length;
  }

  /** whether the batch should be taken; more rows would still fit */
  get full(): boolean {
    return this.#length >= this.#size;
  }

  /** @param bytes whole rows; they may be reused afterwards */
  push(bytes: Buffer): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    if (!this.#started) {
      at = SIGNATURE_BYTES + view.getInt32(SIGNATURE_BYTES - 4);
      this.#started = true;
    }
    while (at < bytes.length) {
      if (view.getInt16(at) === TRAILER) return;
      at += 2;
      for (const cells of this.#cells) {
        const width = view.getInt32(at);
        at += 4;
        cells.add(bytes, view, at, width);
        if (width > 0) at += width;
      }
      this.#length++;
    }
  }

  /** the rows since the last call */
  take(): ColumnBatch {
    const batch = { length: this.#length, columns: this.#cells.map((cells) => cells.take()) };
    this.#cells = this.#fresh();
    this.#length = 0;
    return batch;
  }

  #fresh(): Cells[] {
    return this.#columns.map(({ type }) =>
      type === 'text' || type === 'jsonb'
        ? new Texts(type === 'jsonb')
        : new Numbers(READERS[type], this.#size),
    );
  }
}

interface Cells {
  /** @param width of the value in bytes, -1 for NULL */
  add(bytes: Buffer, view: DataView, at: number, width: number): void;
  take(): ColumnData;
}

type Reader = (view: DataView, at: number) => number;

const int64: Reader = (view, at) => view.getInt32(at) * 2 ** 32 + view.getUint32(at + 4);

/** How PostgreSQL's binary format has a number. */
const READERS: Readonly<Record<'timestamptz' | 'float8' | 'int4' | 'int8' | 'bool', Reader>> = {
  float8: (view, at) => view.getFloat64(at),
  timestamptz: (view, at) => int64(view, at) / 1_000 + POSTGRES_EPOCH,
  int8: int64,
  int4: (view, at) => view.getInt32(at),
  bool: (view, at) => view.getUint8(at),
};

class Numbers implements Cells {
  readonly #read: Reader;
  #values: Float64Array;
  #length = 0;

  constructor(read: Reader, size: number) {
    this.#read = read;
    this.#values = new Float64Array(size);
  }

  add(_: Buffer, view: DataView, at: number, width: number): void {
    if (this.#length === this.#values.length) {
      const longer = new Float64Array(2 * this.#length);
      longer.set(this.#values);
      this.#values = longer;
    }
    this.#values[this.#length++] = width === NULL ? Number.NaN : this.#read(view, at);
  }

  take(): ColumnData {
    return this.#values.subarray(0, this.#length);
  }
}

class Texts implements Cells {
  readonly #skip: number;
  readonly #values: (string | null)[] = [];
  #last: { readonly bytes: Buffer; readonly text: string } | undefined;

  constructor(versioned: boolean) {
    this.#skip = versioned ? 1 : 0;
  }

  add(bytes: Buffer, view: DataView, at: number, width: number): void {
    if (width === NULL) {
      this.#values.push(null);
      return;
    }
    if (this.#skip && view.getUint8(at) !== JSONB_VERSION) throw new TypeError('unknown version of jsonb');
    const last = this.#last;
    if (last && last.bytes.length === width && last.bytes.compare(bytes, at, at + width) === 0) {
      this.#values.push(last.text);
      return;
    }
    const text = bytes.toString('utf8', at + this.#skip, at + width);
    this.#last = { bytes: Buffer.from(bytes.subarray(at, at + width)), text };
    this.#values.push(text);
  }

  take(): ColumnData {
    return this.#values;
  }
}
