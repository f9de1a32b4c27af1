import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CandleRows } from '../../../../functions/sources/binance/klines/candle-rows.ts';
import { KLINE_FIELDS } from '../../../../functions/sources/binance/klines/kline-rows.ts';

const rows = new CandleRows();
const OPEN = Date.UTC(2025, 0);
const LINE = `${OPEN},1.5,2,0.5,1.25,10,${OPEN + 59_999},12.5,3,5,6,0`;

/** The lines that are read, each as its eleven numbers. */
function read(text: string): { read: number[][]; left: string } {
  const bytes = new TextEncoder().encode(text);
  const count = rows.read(bytes, 0);
  const fields = Array.from({ length: KLINE_FIELDS }, () => new Float64Array(count));
  rows.copyTo(fields, 0, count);
  return {
    read: Array.from({ length: count }, (_, i) => fields.map((field) => field[i]!)),
    left: text.slice(rows.bytesRead),
  };
}

const decimal = fc
  .tuple(fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }), fc.integer({ min: 0, max: 17 }))
  .map(([digits, scale]) => {
    const text = digits
      .toString()
      .padStart(scale + 1, '0')
      .slice(0, 18);
    return scale === 0 ? text : `${text.slice(0, -scale)}.${text.slice(-scale)}`;
  });
const price = fc.double({ min: 0, max: 1e9, noNaN: true }).map((value) => value.toFixed(8));
const number = fc.oneof(price, decimal);
const candle = fc
  .tuple(
    fc.integer({ min: OPEN, max: OPEN * 2 }),
    fc.boolean(),
    fc.array(number, { minLength: 9, maxLength: 9 }),
    fc.nat(999_999_999),
  )
  .map(([open, micros, numbers, trades]) => {
    const cells = [`${open}${micros ? '000' : ''}`, ...numbers];
    cells.splice(8, 0, `${trades}`);
    return cells;
  });

describe('rows of candles', () => {
  it('have the very doubles that Number makes of their text, or are left to the caller', () => {
    fc.assert(
      fc.property(
        fc.array(candle, { maxLength: 20 }),
        fc.constantFrom(',0\n', ',0\r\n', '\n', '\r\n'),
        (cells, end) => {
          const lines = cells.map((row) => `${row.join(',')}${end}`);
          const got = read(lines.join(''));
          expect(got.read).toEqual(cells.slice(0, got.read.length).map((row) => row.map(Number)));
          expect(got.left).toBe(lines.slice(got.read.length).join(''));
          // Only a number that no double holds exactly as an integer is left.
          const [stopped] = cells.slice(got.read.length);
          if (stopped) expect(stopped.some(isLong) || Number(stopped[0]) >= Date.UTC(2200, 0)).toBe(true);
        },
      ),
    );
  });

  it.each([
    ['a header', 'open_time,open,high,low,close,volume,close_time,quote_volume,count,a,b,ignore'],
    ['an empty line', ''],
    ['a sign', LINE.replace('0.5', '-0.5')],
    ['an exponent', LINE.replace('0.5', '5e-1')],
    ['a cell without digits', LINE.replace('0.5', '.')],
    ['an empty cell', LINE.replace('0.5', '')],
    ['a cell of letters', LINE.replace('0.5', 'NaN')],
    ['too few cells', LINE.split(',').slice(0, 10).join(',')],
    ['trades that are no integer', LINE.replace(',3,', ',3.5,')],
    ['more trades than the column holds', LINE.replace(',3,', ',3000000000,')],
    ['a stamp in seconds', LINE.replace(`${OPEN}`, `${OPEN / 1_000}`)],
    ['a stamp of a year far away', LINE.replace(`${OPEN}`, `${OPEN * 5}`)],
    ['nineteen digits', LINE.replace('0.5', '0.123456789012345678')],
  ])('end before %s', (_, odd) => {
    const after = `${odd}\n${LINE}\n`;
    expect(read(`${LINE}\n${after}`)).toEqual({ read: [expect.any(Array)], left: after });
  });

  it('end before a line that is not whole, whatever was read before', () => {
    expect(read(`${LINE}\n${LINE}\n`).read).toHaveLength(2);
    expect(read(`${LINE}\n${LINE}`)).toMatchObject({ read: { length: 1 }, left: LINE });
    expect(read('')).toEqual({ read: [], left: '' });
  });

  it('are as many as a window holds', () => {
    const text = `${LINE}\n`.repeat(5_000);
    const got = read(text);
    expect(got.read.length).toBeGreaterThan(1_000);
    expect(got.left).toBe(`${LINE}\n`.repeat(5_000 - got.read.length));
  });
});

function isLong(text: string): boolean {
  const [whole, fraction = ''] = text.split('.');
  const digits = whole! + fraction;
  return digits.length > 18 || BigInt(`${whole}${fraction.replace(/0+$/, '')}`) >= 2n ** 53n;
}

/** A package of development only. */
const compiler = new URL('../../../../node_modules/assemblyscript', import.meta.url);

it.runIf(existsSync(compiler))('the module is what its source compiles to', async () => {
  const { compileModule, WASM_MODULE } = await import('../../../../bench/wasm/main.ts');
  expect(readFileSync(WASM_MODULE, 'utf8')).toBe(await compileModule());
});
