import type { ColumnBatch } from '../../core/queries/export/columnar.ts';
import type { Column, ColumnData, ColumnType } from '../../core/series/table.ts';
import { JSONB_VERSION, POSTGRES_EPOCH } from './copy-values.ts';

const SIGNATURE_BYTES = 19;
const TRAILER = -1;
const NULL = -1;

/**
 * Reads the body of `COPY … TO STDOUT (FORMAT binary)`, whole rows at a time as the server sends them, into batches of columns.
 * Numbers never become objects on the way, nor texts that are equal to that of the row before. The memory of a batch is used
 * again for the next one.
 */
export class CopyDecoder {
  readonly #types: readonly ColumnType[];
  readonly #size: number;
  /** by column: of numbers, or of texts */
  readonly #numbers: (Float64Array | undefined)[];
  readonly #texts: (Texts | undefined)[];
  #room: number;
  #started = false;
  #length = 0;
  /** rows at the beginning that were taken: they stay until others come */
  #taken = 0;
  /** of the buffer that was read last: its view is made once for all of its rows */
  #buffer: Buffer | undefined;
  #view: DataView = new DataView(new ArrayBuffer(0));

  /** @param size rows of a batch */
  constructor(columns: readonly Column[], size: number) {
    this.#types = columns.map(({ type }) => type);
    this.#size = size;
    this.#room = size;
    this.#numbers = this.#types.map((type) => (isText(type) ? undefined : new Float64Array(size)));
    this.#texts = this.#types.map((type) => (isText(type) ? new Texts(type === 'jsonb') : undefined));
  }

  /** rows that were not taken */
  get length(): number {
    return this.#length - this.#taken;
  }

  /** whether a batch should be taken; more rows would still fit */
  get full(): boolean {
    return this.length >= this.#size;
  }

  /** Reads the bytes `[from, to)`, which are whole rows; they may be overwritten afterwards. */
  push(bytes: Buffer, from = 0, to = bytes.length): void {
    if (this.#buffer !== bytes) {
      this.#buffer = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    if (this.#taken > 0) this.#forget();
    const view = this.#view;
    let at = from;
    if (!this.#started) {
      at += SIGNATURE_BYTES + view.getInt32(at + SIGNATURE_BYTES - 4);
      this.#started = true;
    }
    while (at < to) {
      if (view.getInt16(at) === TRAILER) return;
      at = this.#row(bytes, view, at + 2);
    }
  }

  /** @returns where the next row begins */
  #row(bytes: Buffer, view: DataView, start: number): number {
    const row = this.#length;
    if (row === this.#room) this.#grow();
    const types = this.#types;
    let at = start;
    for (let c = 0; c < types.length; c++) {
      const width = view.getInt32(at);
      at += 4;
      const numbers = this.#numbers[c];
      if (!numbers) this.#texts[c]!.add(bytes, view, at, width);
      else numbers[row] = width === NULL ? Number.NaN : readNumber(types[c]!, view, at);
      if (width > 0) at += width;
    }
    this.#length = row + 1;
    return at;
  }

  #grow(): void {
    this.#room *= 2;
    for (const [c, numbers] of this.#numbers.entries()) {
      if (!numbers) continue;
      const longer = new Float64Array(this.#room);
      longer.set(numbers);
      this.#numbers[c] = longer;
    }
  }

  /** the next rows, at most a batch; they are good until others are pushed or taken */
  take(): ColumnBatch {
    if (this.#taken > 0) this.#forget();
    const length = Math.min(this.#length, this.#size);
    this.#taken = length;
    const columns = this.#types.map(
      (_, c) => this.#numbers[c]?.subarray(0, length) ?? this.#texts[c]!.take(length),
    );
    return { length, columns };
  }

  #forget(): void {
    for (const numbers of this.#numbers) numbers?.copyWithin(0, this.#taken, this.#length);
    this.#length -= this.#taken;
    this.#taken = 0;
  }
}

const isText = (type: ColumnType): boolean => type === 'text' || type === 'jsonb';

/** How PostgreSQL's binary format has a number. */
function readNumber(type: ColumnType, view: DataView, at: number): number {
  switch (type) {
    case 'float8':
      return view.getFloat64(at);
    case 'timestamptz':
      return int64(view, at) / 1_000 + POSTGRES_EPOCH;
    case 'int8':
      return int64(view, at);
    case 'int4':
      return view.getInt32(at);
    default:
      return view.getUint8(at);
  }
}

const int64 = (view: DataView, at: number): number => view.getInt32(at) * 2 ** 32 + view.getUint32(at + 4);

class Texts {
  readonly #skip: number;
  #values: (string | null)[] = [];
  /** whether all of them are the last one */
  #constant = true;
  #last: { readonly bytes: Buffer; readonly text: string } | undefined;

  constructor(versioned: boolean) {
    this.#skip = versioned ? 1 : 0;
  }

  add(bytes: Buffer, view: DataView, at: number, width: number): void {
    if (width === NULL) {
      this.#values.push(null);
      this.#constant = false;
      return;
    }
    if (this.#skip && view.getUint8(at) !== JSONB_VERSION) throw new TypeError('unknown version of jsonb');
    const last = this.#last;
    if (last && isSame(last.bytes, bytes, at, width)) {
      this.#values.push(last.text);
      return;
    }
    const text = bytes.toString('utf8', at + this.#skip, at + width);
    if (this.#values.length > 0) this.#constant = false;
    this.#last = { bytes: Buffer.from(bytes.subarray(at, at + width)), text };
    this.#values.push(text);
  }

  take(length: number): ColumnData {
    const taken = this.#values.slice(0, length);
    const constant = this.#constant && length > 0 ? this.#last!.text : undefined;
    this.#values = this.#values.slice(length);
    this.#constant = this.#values.every((value) => value === this.#last?.text);
    return constant === undefined ? taken : { constant };
  }
}

/** A few bytes, as keys have them, are compared here sooner than `Buffer.compare` is called. */
function isSame(last: Buffer, bytes: Buffer, at: number, width: number): boolean {
  if (last.length !== width) return false;
  for (let i = 0; i < width; i++) if (last[i] !== bytes[at + i]) return false;
  return true;
}
