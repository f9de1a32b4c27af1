/** Bytes of digits are 48 to 57. */
const ZERO = 48;
const POINT = 46;
const MINUS = 45;

/** Below it a decimal with this many units is the only one of its length that reads back as its double, and is found by rounding. */
const EXACT = 2 ** 51;
const PLACES = 12;
const POWERS = Array.from({ length: PLACES + 1 }, (_, k) => 10 ** k);
const NINE = 1e9;
/** JavaScript writes what is smaller with an exponent. */
const SMALLEST = 1e-6;

/**
 * Writes a column's numbers as `String` does, without making texts: prices and amounts are decimals of few digits, and those need a
 * multiplication, a division and their digits.
 */
export class NumberText {
  /** places that the numbers before needed */
  #places = 0;

  /**
   * @param at where the first byte goes; 24 bytes must be free
   * @returns where the next byte goes, or -1 for a number that only `String` writes
   */
  write(bytes: Uint8Array, at: number, value: number): number {
    const size = Math.abs(value);
    let places = this.#places;
    let units = Math.round(size * POWERS[places]!);
    if (!(units < EXACT && units / POWERS[places]! === size)) {
      places = placesOf(size);
      if (places < 0) return -1;
      if (places > this.#places) this.#places = places;
      units = Math.round(size * POWERS[places]!);
    }
    if (size < SMALLEST && units !== 0) return -1;
    while (places > 0 && units % 10 === 0) {
      units /= 10;
      places--;
    }
    let to = at;
    if (value < 0) bytes[to++] = MINUS;
    const power = POWERS[places]!;
    const whole = Math.floor(units / power);
    to = writeWhole(bytes, to, whole);
    if (places === 0) return to;
    bytes[to++] = POINT;
    return writePadded(bytes, to, units - whole * power, places);
  }
}

/** How many places a decimal needs that reads back as this number; -1: more than are tried. */
function placesOf(size: number): number {
  for (let k = 0; k <= PLACES; k++) {
    const units = Math.round(size * POWERS[k]!);
    if (!(units < EXACT)) return -1;
    if (units / POWERS[k]! === size) return k;
  }
  return -1;
}

function writeWhole(bytes: Uint8Array, at: number, value: number): number {
  let digits = 1;
  for (let power = 10; value >= power; power *= 10) digits++;
  return writePadded(bytes, at, value, digits);
}

/** @param digits how many are written, zeros in front */
function writePadded(bytes: Uint8Array, at: number, value: number, digits: number): number {
  if (digits <= 9) return writeInt(bytes, at, value, digits);
  const high = Math.floor(value / NINE);
  return writeInt(bytes, writeInt(bytes, at, high, digits - 9), value - high * NINE, 9);
}

/** @param value below 10^9, so that it is an integer of the processor */
function writeInt(bytes: Uint8Array, at: number, value: number, digits: number): number {
  let rest = value | 0;
  for (let i = at + digits - 1; i >= at; i--) {
    const next = (rest / 10) | 0;
    bytes[i] = ZERO + rest - next * 10;
    rest = next;
  }
  return at + digits;
}
