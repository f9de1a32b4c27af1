import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NumberText } from '../../../../functions/core/queries/export/number-text.ts';

/** All numbers of a column, one after another, as their writer has them. */
function written(values: readonly number[]): string[] {
  const text = new NumberText();
  const bytes = new Uint8Array(64);
  return values.map((value) => {
    const end = text.write(bytes, 3, value);
    return end < 0 ? 'left' : Buffer.from(bytes.subarray(3, end)).toString('latin1');
  });
}

const decimal = fc
  .tuple(fc.integer({ min: -2_000_000_000_000, max: 2_000_000_000_000 }), fc.integer({ min: 0, max: 10 }))
  .map(([units, places]) => Number(`${units}e-${places}`));

describe('the text of a number', () => {
  it('is that of String, or is left to it', () => {
    const any = fc.oneof(fc.double({ noNaN: true }), fc.maxSafeInteger(), decimal);
    fc.assert(
      fc.property(fc.array(any, { maxLength: 12 }), (values) => {
        for (const [i, text] of written(values).entries()) {
          if (text !== 'left') expect(text).toBe(String(values[i]));
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('is made of what prices and amounts are, whatever came before', () => {
    fc.assert(
      fc.property(fc.array(decimal, { maxLength: 12 }), (values) => {
        const usual = values.filter((value) => value === 0 || Math.abs(value) >= 1e-6);
        expect(written(usual)).toEqual(usual.map(String));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    0,
    -0,
    0.1,
    0.000001,
    -0.00000123,
    90_053.2,
    1_234_567.12345678,
    2 ** 51 - 1,
    1e15,
    0.30000000000000004,
    5e-324,
    1e21,
    Number.MAX_SAFE_INTEGER,
  ])('of %d is right', (value) => {
    const [text] = written([value]);
    if (text !== 'left') expect(text).toBe(String(value));
    expect(written([0.125, value])[1]).toBe(text);
  });
});
