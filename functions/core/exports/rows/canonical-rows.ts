import type { Batch, Column, ColumnData, TableSpec } from '../../series/table.ts';
import { canonicalLine } from '../../verify/canonical.ts';
import type { Sha256 } from '../../verify/ports.ts';
import { NumberText } from './number-text.ts';

/** Writes one cell of a column as JSON. */
type Writer = (i: number) => void;

/**
 * Adds the rows of a batch to a hash, each as its canonical line and a line end: what `verify` hashes, so the hash of a
 * month is that of its certificate. Made for millions of rows: no row becomes an object, and hardly a number a text.
 * @param columns place of each of the table's columns in the batch
 * @throws GordonError `unfit-value`
 */
export function addCanonical(hash: Sha256, table: TableSpec, batch: Batch, columns: readonly number[]): void {
  const out = new Bytes(hash);
  const writers = table.columns.map((column, c) => writerOf(out, column, batch.columns[columns[c]!]!));
  const last = writers.length - 1;
  for (let i = 0; i < batch.length; i++) {
    out.byte(OPEN);
    for (let c = 0; c <= last; c++) {
      writers[c]!(i);
      if (c < last) out.byte(COMMA);
    }
    out.byte(CLOSE);
    out.byte(LINE_END);
  }
  out.flush();
}

const [OPEN, CLOSE, COMMA, LINE_END, QUOTE, ZERO] = [91, 93, 44, 10, 34, 48];
const UTF8 = new TextEncoder();
const NULL = UTF8.encode('null');

const SIZE = 64 * 1024;
/** Room for any number or instant. */
const ROOM = 64;

/** Bytes on their way to a hash, in memory that is used again. */
class Bytes {
  readonly bytes = new Uint8Array(SIZE);
  at = 0;
  readonly #hash: Sha256;

  constructor(hash: Sha256) {
    this.#hash = hash;
  }

  byte(value: number): void {
    if (this.at === SIZE) this.flush();
    this.bytes[this.at++] = value;
  }

  /** Makes room for a number or an instant. */
  room(): void {
    if (this.at > SIZE - ROOM) this.flush();
  }

  /** @param text at most `ROOM` characters */
  ascii(text: string): void {
    this.room();
    for (let i = 0; i < text.length; i++) this.bytes[this.at++] = text.charCodeAt(i);
  }

  add(piece: Uint8Array): void {
    if (piece.length > SIZE - this.at) this.flush();
    if (piece.length > SIZE) {
      this.#hash.add(piece);
      return;
    }
    this.bytes.set(piece, this.at);
    this.at += piece.length;
  }

  flush(): void {
    this.#hash.add(this.bytes.subarray(0, this.at));
    this.at = 0;
  }
}

function writerOf(out: Bytes, column: Column, data: ColumnData): Writer {
  const one = (value: string | number | null): Uint8Array => UTF8.encode(canonicalCell(column, value));
  if ('constant' in data) {
    const cell = one(data.constant);
    return () => out.add(cell);
  }
  if (!(data instanceof Float64Array)) return textWriter(out, data, one);
  if (column.type === 'timestamptz') return instantWriter(out, data, one);
  if (column.type === 'bool') return (i) => out.add(one(data[i]!));
  return numberWriter(out, data, one);
}

function numberWriter(out: Bytes, data: Float64Array, one: (value: number) => Uint8Array): Writer {
  const text = new NumberText();
  return (i) => {
    const value = data[i]!;
    if (Number.isNaN(value)) return out.add(NULL);
    out.room();
    const end = text.write(out.bytes, out.at, value);
    if (end > 0) out.at = end;
    // An infinite number has no JSON: the canonical line refuses it, with its name.
    else if (Number.isFinite(value)) out.ascii(String(value));
    else one(value);
  };
}

/** Texts repeat, such as the symbol: one that is equal to the one before is not written anew. */
function textWriter(
  out: Bytes,
  data: readonly (string | null)[],
  one: (value: string | null) => Uint8Array,
): Writer {
  let last: string | null | undefined;
  let cell: Uint8Array = NULL;
  return (i) => {
    const text = data[i] ?? null;
    if (text !== last) {
      cell = one(text);
      last = text;
    }
    out.add(cell);
  };
}

/** A line of one cell, without its brackets. */
function canonicalCell(column: Column, value: string | number | null): string {
  const cell = typeof value === 'number' && Number.isNaN(value) ? null : value;
  const line = canonicalLine({ name: '', columns: [column], key: [] }, [cell]);
  return line.slice(1, -1);
}

const DAY = 86_400_000;
const [T, Z, COLON] = [84, 90, 58];

/** Whole seconds of a day are written by hand: a Date for each row would take longer than all the rest. */
function instantWriter(out: Bytes, data: Float64Array, one: (value: number) => Uint8Array): Writer {
  let day = Number.NaN;
  let date: Uint8Array = NULL;
  const two = (value: number): void => {
    const tens = (value / 10) | 0;
    out.bytes[out.at++] = ZERO + tens;
    out.bytes[out.at++] = ZERO + value - tens * 10;
  };
  return (i) => {
    const at = data[i]!;
    if (!Number.isInteger(at) || at % 1_000 !== 0) return out.add(one(at));
    const of = Math.floor(at / DAY);
    if (of !== day) {
      day = of;
      // `"2025-01-01` of `"2025-01-01T00:00:00Z"`
      date = one(of * DAY).slice(0, -11);
    }
    const second = (at - of * DAY) / 1_000;
    out.room();
    out.add(date);
    out.bytes[out.at++] = T;
    two((second / 3_600) | 0);
    out.bytes[out.at++] = COLON;
    two(((second / 60) | 0) % 60);
    out.bytes[out.at++] = COLON;
    two(second % 60);
    out.bytes[out.at++] = Z;
    out.bytes[out.at++] = QUOTE;
  };
}
