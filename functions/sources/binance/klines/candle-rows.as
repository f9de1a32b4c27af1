// AssemblyScript. `npm run wasm` makes candle-rows.wasm.ts of it; docs/decisions/0070-candles-in-webassembly.md has the numbers.
//
// Reads candles of the archive's CSV into columns of doubles. It stops before the first line that is anything but eleven
// plain decimals with a stamp that can be a time and a count of trades below 10^9: headers, empty lines, exponents, signs and
// damaged cells are left to the caller, who reads that line in its own way.

const FIELDS: u32 = 11;
const TRADES: u32 = 8;
const ZERO: u32 = 48;
const COMMA: u32 = 44;
const DOT: u32 = 46;
const LF: u32 = 10;
const CR: u32 = 13;
/** More digits do not fit into the integer. */
const MOST_DIGITS: u32 = 18;
/** Integers below are exact in a double, and so is a power of ten up to 10^22: their quotient is rounded once. */
const EXACT: u64 = 1 << 53;

const POWERS = memory.data<f64>([
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
]);

/** 2009 and 2200 in ms, as `isInstant` has them: a stamp lies between them, or between their microseconds. */
const EARLIEST: u64 = 1230768000000;
const LATEST: u64 = 7258118400000;

/** Where the last call stopped: the beginning of a line. */
export let end: u32 = 0;

/**
 * @param from,to addresses of the text, with a byte of room behind it; a line without its LF before `to` is not read
 * @param columns address of the first column; they follow each other, `capacity` doubles each
 * @returns rows that were read, at most `capacity`
 */
export function read(from: u32, to: u32, columns: u32, capacity: u32): u32 {
  let row: u32 = 0;
  let line = from;
  end = from;
  // No number goes on behind the text.
  store<u8>(to, 0);
  while (row < capacity) {
    let at = line;
    let target = columns + (row << 3);
    for (let field: u32 = 0; field < FIELDS; field++) {
      const first = at;
      let mantissa: u64 = 0;
      let digit = <u32>load<u8>(at) - ZERO;
      while (digit <= 9) {
        mantissa = mantissa * 10 + digit;
        digit = <u32>load<u8>(++at) - ZERO;
      }
      let digits = at - first;
      let scale: u32 = 0;
      if (digit + ZERO == DOT) {
        const point = ++at;
        digit = <u32>load<u8>(at) - ZERO;
        while (digit <= 9) {
          mantissa = mantissa * 10 + digit;
          digit = <u32>load<u8>(++at) - ZERO;
        }
        scale = at - point;
        digits += scale;
      }
      const ending = digit + ZERO;
      if (digits == 0 || digits > MOST_DIGITS) return row;
      if (ending != COMMA && (field < FIELDS - 1 || (ending != LF && ending != CR))) return row;
      if (field == 0 && (scale > 0 || !isStamp(mantissa))) return row;
      if (field == TRADES && (scale > 0 || digits > 9)) return row;
      // Venues pad with zeros.
      while (mantissa >= EXACT && scale > 0 && mantissa % 10 == 0) {
        mantissa /= 10;
        scale--;
      }
      if (mantissa >= EXACT) return row;
      store<f64>(target, <f64>mantissa / load<f64>(POWERS + (scale << 3)));
      target += capacity << 3;
      if (ending == COMMA) at++;
    }
    while (at < to && load<u8>(at) != LF) at++;
    if (at >= to) return row;
    line = at + 1;
    end = line;
    row++;
  }
  return row;
}

function isStamp(stamp: u64): bool {
  const at = stamp >= 1000000000000000 ? stamp / 1000 : stamp;
  return at >= EARLIEST && at < LATEST;
}
