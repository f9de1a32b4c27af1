/**
 * 64-bit integers without a BigInt for each of them, which the collector would have to take away again. NaN becomes 0: it is
 * NULL, and nobody reads its value.
 */
export function int64s(numbers: Float64Array, factor = 1): BigInt64Array {
  const values = new BigInt64Array(numbers.length);
  const halves = new Int32Array(values.buffer);
  for (let i = 0; i < numbers.length; i++) {
    const value = Math.round(numbers[i]! * factor) || 0;
    // Both halves are taken modulo 2^32, as the bits of a negative number are.
    halves[2 * i] = value;
    halves[2 * i + 1] = Math.floor(value / 2 ** 32);
  }
  return values;
}

/** Microseconds of an epoch in milliseconds. */
export const MICROS = 1_000;
