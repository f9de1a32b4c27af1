/** `0000` … `9999` as bytes. */
const GROUPS = Buffer.from(
  Array.from({ length: 10_000 }, (_, n) => String(n).padStart(4, '0')).join(''),
  'latin1',
);
const ZERO = 0x30;
const DOT = 0x2e;
const MINUS = 0x2d;

/** Writes numbers as text into one growing buffer: a month of minutes has half a million cells. */
export class DigitWriter {
  #bytes: Buffer;
  #at = 0;

  constructor(capacity = 1 << 16) {
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  /** Room for a whole row must be there before it is written. */
  reserve(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(this.#bytes.length * 2 + bytes);
    this.#bytes.copy(grown, 0, 0, this.#at);
    this.#bytes = grown;
  }

  byte(code: number): void {
    this.#bytes[this.#at++] = code;
  }

  text(text: string): void {
    this.reserve(text.length);
    this.#at += this.#bytes.write(text, this.#at, 'latin1');
  }

  /** A whole number ≥ 0, below 2^53. */
  integer(value: number): void {
    this.#padded(value, lengthOf(value));
  }

  /** `units` × 10^-digits with `pad` decimals; `scale` = 10^digits. */
  fixed(units: number, scale: number, digits: number, pad: number): void {
    if (units < 0) {
      this.#bytes[this.#at++] = MINUS;
      this.fixed(-units, scale, digits, pad);
      return;
    }
    const whole = Math.floor(units / scale);
    this.#padded(whole, lengthOf(whole));
    if (pad === 0) return;
    this.#bytes[this.#at++] = DOT;
    this.#padded(units - whole * scale, digits);
    for (let i = digits; i < pad; i++) this.#bytes[this.#at++] = ZERO;
  }

  /** What was written; the writer starts again, empty. */
  take(): Buffer {
    const out = this.#bytes.subarray(0, this.#at);
    this.#bytes = Buffer.allocUnsafe(this.#bytes.length);
    this.#at = 0;
    return out;
  }

  #padded(value: number, length: number): void {
    const bytes = this.#bytes;
    let left = length;
    let rest = value;
    let at = this.#at + length;
    for (; left >= 4; left -= 4) {
      const next = Math.floor(rest / 10_000);
      const group = (rest - next * 10_000) * 4;
      at -= 4;
      bytes[at] = GROUPS[group] as number;
      bytes[at + 1] = GROUPS[group + 1] as number;
      bytes[at + 2] = GROUPS[group + 2] as number;
      bytes[at + 3] = GROUPS[group + 3] as number;
      rest = next;
    }
    for (; left > 0; left--) {
      const next = Math.floor(rest / 10);
      bytes[--at] = ZERO + (rest - next * 10);
      rest = next;
    }
    this.#at += length;
  }
}

function lengthOf(value: number): number {
  let length = 1;
  for (let bound = 10; value >= bound; bound *= 10) length += 1;
  return length;
}
