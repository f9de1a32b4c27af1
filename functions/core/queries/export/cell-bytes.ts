import { iso } from '../../time/time.ts';
import { NumberText } from './number-text.ts';

/** Writes the cell of a row; the row is its place in the batch. */
export type CellWriter = (row: number) => void;

const UTF8 = new TextEncoder();
/** The bytes of a text in UTF-8. */
export const utf8 = (text: string): Uint8Array => UTF8.encode(text);

/** Room for any number or instant. */
const ROOM = 64;

/** Text as bytes on their way to somewhere, in memory that is used again. */
export class CellBytes {
  readonly bytes: Uint8Array;
  at = 0;
  readonly #take: (bytes: Uint8Array) => void;

  /** @param take receives what was written; the bytes are only good during the call */
  constructor(size: number, take: (bytes: Uint8Array) => void) {
    this.bytes = new Uint8Array(size);
    this.#take = take;
  }

  byte(value: number): void {
    if (this.at === this.bytes.length) this.flush();
    this.bytes[this.at++] = value;
  }

  /** Makes room for a number or an instant. */
  room(): void {
    if (this.at > this.bytes.length - ROOM) this.flush();
  }

  /** @param text at most `ROOM` characters */
  ascii(text: string): void {
    this.room();
    for (let i = 0; i < text.length; i++) this.bytes[this.at++] = text.charCodeAt(i);
  }

  add(piece: Uint8Array): void {
    const { length } = piece;
    if (length > this.bytes.length - this.at) this.flush();
    if (length > this.bytes.length) {
      this.#take(piece);
      return;
    }
    // A few bytes are sooner copied here than by a call.
    if (length > ROOM) this.bytes.set(piece, this.at);
    else for (let i = 0; i < length; i++) this.bytes[this.at + i] = piece[i]!;
    this.at += length;
  }

  flush(): void {
    if (this.at > 0) this.#take(this.bytes.subarray(0, this.at));
    this.at = 0;
  }
}

/**
 * Writes numbers as `String` does.
 * @param missing stands for NaN, which is NULL
 * @param infinite writes what is not a finite number
 */
export function numberWriter(
  out: CellBytes,
  data: Float64Array,
  missing: Uint8Array,
  infinite: (value: number) => void,
): CellWriter {
  const text = new NumberText();
  return (row) => {
    const value = data[row]!;
    if (Number.isNaN(value)) return out.add(missing);
    out.room();
    const end = text.write(out.bytes, out.at, value);
    if (end > 0) out.at = end;
    else if (Number.isFinite(value)) out.ascii(String(value));
    else infinite(value);
  };
}

/** Texts repeat, such as the symbol: one that equals the one before is not encoded again. */
export function textWriter(
  out: CellBytes,
  data: readonly (string | null)[],
  cellOf: (text: string | null) => Uint8Array,
): CellWriter {
  let last: string | null | undefined;
  let cell = utf8('');
  return (row) => {
    const text = data[row] ?? null;
    if (text !== last) {
      cell = cellOf(text);
      last = text;
    }
    out.add(cell);
  };
}

const DAY = 86_400_000;
const [ZERO, COLON, POINT] = [48, 58, 46];

/** What stands before, within and after an instant: `2025-01-01T00:00:00Z` has nothing, `T` and `Z`. */
export type InstantStyle = readonly [before: string, within: string, after: string];

/**
 * Writes instants as `iso` does, epoch ms. The time of the day is written by hand: a Date for each row would take longer than all the
 * rest.
 * @param missing stands for NaN, which is NULL
 */
export function instantWriter(
  out: CellBytes,
  data: Float64Array,
  missing: Uint8Array,
  [before, within, after]: InstantStyle,
): CellWriter {
  const end = utf8(after);
  let day = Number.NaN;
  let date = end;
  const digits = (value: number, places: number): void => {
    let rest = value;
    for (let i = out.at + places - 1; i >= out.at; i--) {
      const next = (rest / 10) | 0;
      out.bytes[i] = ZERO + rest - next * 10;
      rest = next;
    }
    out.at += places;
  };
  return (row) => {
    // What is finer than a millisecond is left out.
    const at = Math.trunc(data[row]!);
    if (Number.isNaN(at)) return out.add(missing);
    const of = Math.floor(at / DAY);
    if (of !== day) {
      day = of;
      // `2025-01-01` of `2025-01-01T00:00:00Z`
      date = utf8(before + iso(of * DAY).slice(0, -10) + within);
    }
    const ms = at - of * DAY;
    const second = (ms / 1_000) | 0;
    out.room();
    out.add(date);
    digits((second / 3_600) | 0, 2);
    out.bytes[out.at++] = COLON;
    digits(((second / 60) | 0) % 60, 2);
    out.bytes[out.at++] = COLON;
    digits(second % 60, 2);
    const rest = ms - second * 1_000;
    if (rest > 0) {
      out.bytes[out.at++] = POINT;
      digits(rest, 3);
    }
    out.add(end);
  };
}
