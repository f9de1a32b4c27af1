import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecimalReader } from '../../../functions/sources/csv/decimal.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function read(text: string, after = ''): number {
  const reader = new DecimalReader();
  const value = reader.read(bytes(`7,${text}${after}`), 2, 2 + text.length + after.length);
  expect(reader.end).toBe(2 + text.length);
  return value;
}

/** The 64 bits of a double: distinguishes 0 from -0, and any two neighbours apart. */
const bitsOf = (value: number): bigint => {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0);
};

const digits = (max: number) => fc.stringMatching(new RegExp(`^[0-9]{1,${max}}$`));
/** As the venues write numbers, and beyond: any length, leading and trailing zeros. */
const decimal = fc
  .tuple(fc.constantFrom('', '-'), digits(25), fc.option(digits(30)), fc.constantFrom('', '0', '00000000'))
  .map(
    ([sign, whole, fraction, zeros]) => `${sign}${whole}${fraction === null ? '' : `.${fraction}${zeros}`}`,
  );

describe('DecimalReader', () => {
  it('reads every decimal to the last bit as Number does', () => {
    fc.assert(
      fc.property(decimal, fc.constantFrom('', ',', '\n', '\r\n', ',1'), (text, after) => {
        expect(bitsOf(read(text, after))).toBe(bitsOf(Number(text)));
      }),
      { numRuns: 5_000 },
    );
  });

  it('reads prices and volumes of eight decimals to the last bit', () => {
    const price = fc
      .tuple(fc.nat({ max: 999_999_999 }), fc.nat({ max: 99_999_999 }))
      .map(([whole, fraction]) => `${whole}.${String(fraction).padStart(8, '0')}`);
    fc.assert(
      fc.property(price, (text) => {
        expect(bitsOf(read(text))).toBe(bitsOf(Number(text)));
      }),
      { numRuns: 5_000 },
    );
  });

  it('reads what any double is written as', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(bitsOf(read(String(value)))).toBe(bitsOf(Number(String(value))));
      }),
    );
  });

  it.each([
    '9007199254740991',
    '9007199254740992',
    '9007199254740993',
    '90071992547409930',
    '0.1',
    '0.3',
    '0.0000000000000000000001',
    '0.00000000000000000000001',
    '123456789012345.67890123',
    '1735689600000000',
    '.5',
    '5.',
    '1e3',
    '1.5E-7',
    '+4',
    '-0',
    '-0.0',
    '00012.50',
  ])('reads %s', (text) => {
    expect(bitsOf(read(text, ','))).toBe(bitsOf(Number(text)));
  });

  it.each([
    '',
    '-',
    '.',
    '-.',
    '1.2.3',
    '1 2',
    ' 1',
    '1 ',
    'abc',
    '1x',
    '0x10',
    '"1"',
    '1e',
    'Infinity',
    'NaN',
    '1e999',
  ])('does not take %j for a number, and finds its end', (text) => {
    expect(read(text, ',')).toBeNaN();
  });
});
