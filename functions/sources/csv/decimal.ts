const ZERO = 48;
const DOT = 46;
const MINUS = 45;
const COMMA = 44;
const LF = 10;
const CR = 13;

/** Powers of ten that a double holds exactly. */
const POW10 = Float64Array.from({ length: 23 }, (_, k) => Number(`1e${k}`));
const EXACT = 2 ** 53;

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

const latin1 = new TextDecoder('latin1');

/** True for the bytes that end a field of a CSV without quotes. */
export const endsField = (byte: number | undefined): boolean => byte === COMMA || byte === LF || byte === CR;

/**
 * Reads decimal numbers out of bytes, without a string for each. Digits become an integer and a power of ten; while both
 * are exact in a double their quotient is rounded once, hence equal to `Number(text)` to the last bit. Anything longer
 * goes through `Number` itself.
 */
export class DecimalReader {
  /** index of the byte that ended the last number */
  end = 0;

  /** @returns NaN when the field `[from, …)` is not a decimal number; it ends at a comma, a line break or `to` */
  read(bytes: Uint8Array, from: number, to: number): number {
    let i = from;
    const negative = i < to && bytes[i] === MINUS;
    if (negative) i++;
    let digits = -i;
    let mantissa = 0;
    for (; i < to; i++) {
      const digit = bytes[i]! - ZERO;
      if (digit < 0 || digit > 9) break;
      mantissa = mantissa * 10 + digit;
    }
    digits += i;
    let scale = 0;
    if (i < to && bytes[i] === DOT) {
      // Venues pad with zeros (`0.50000000`): those that end the fraction never enter the mantissa.
      let zeros = 0;
      digits -= ++i;
      for (; i < to; i++) {
        const digit = bytes[i]! - ZERO;
        if (digit < 0 || digit > 9) break;
        if (digit === 0) zeros++;
        else {
          mantissa = zeros === 0 ? mantissa * 10 + digit : mantissa * POW10[zeros + 1]! + digit;
          scale += zeros + 1;
          zeros = 0;
        }
      }
      digits += i;
    }
    // A mantissa that passed 2^53 on the way stays above it, rounded or not.
    if (digits > 0 && mantissa < EXACT && scale <= 22 && (i === to || endsField(bytes[i]))) {
      this.end = i;
      const value = mantissa / POW10[scale]!;
      return negative ? -value : value;
    }
    return this.#readSlowly(bytes, from, to);
  }

  #readSlowly(bytes: Uint8Array, from: number, to: number): number {
    let end = from;
    while (end < to && !endsField(bytes[end])) end++;
    this.end = end;
    const text = latin1.decode(bytes.subarray(from, end));
    const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
    return Number.isFinite(value) ? value : Number.NaN;
  }
}
