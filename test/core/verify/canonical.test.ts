import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toBatch } from '../../../functions/core/series/batch.ts';
import type { TableSpec } from '../../../functions/core/series/table.ts';
import { asObject, canonicalKey, canonicalLine, cellsAt } from '../../../functions/core/verify/canonical.ts';

const table: TableSpec = {
  name: 't',
  columns: [
    { name: 'symbol', type: 'text' },
    { name: 'time', type: 'timestamptz' },
    { name: 'price', type: 'float8' },
    { name: 'trades', type: 'int4' },
    { name: 'provisional', type: 'bool' },
    { name: 'more', type: 'jsonb' },
  ],
  key: ['symbol', 'time'],
};
const AT = Date.UTC(2025, 0, 1);

describe('a canonical line', () => {
  it('is the same for a row of a batch and for the row that a driver reads', () => {
    const batch = toBatch(table, [['BTC', AT, 0.1 + 0.2, 7, 1, '{"b":[1,{"d":2,"c":null}],"a":1}']]);
    const driver = ['BTC', new Date(AT), 0.30000000000000004, 7, true, { a: 1, b: [1, { c: null, d: 2 }] }];
    expect(canonicalLine(table, cellsAt(batch, 0))).toBe(canonicalLine(table, driver));
    expect(canonicalLine(table, driver)).toBe(
      '["BTC","2025-01-01T00:00:00Z",0.30000000000000004,7,true,{"a":1,"b":[1,{"c":null,"d":2}]}]',
    );
    expect(canonicalKey(table, driver)).toBe('["BTC","2025-01-01T00:00:00Z"]');
    expect(asObject(table, canonicalLine(table, driver))).toMatchObject({
      symbol: 'BTC',
      trades: 7,
      provisional: true,
    });
  });

  it('has null for what is not there', () => {
    const batch = toBatch(table, [['BTC', AT, null, null, null, null]]);
    expect(canonicalLine(table, cellsAt(batch, 0))).toBe(
      '["BTC","2025-01-01T00:00:00Z",null,null,null,null]',
    );
  });

  it('differs exactly where doubles differ', () => {
    const double = fc.double({ noNaN: true, noDefaultInfinity: true });
    const line = (price: number) => canonicalLine(table, ['A', AT, price, 0, false, null]);
    fc.assert(
      fc.property(double, double, (a, b) => {
        expect(line(a) === line(b)).toBe(a === b);
      }),
    );
  });

  it('is refused for what JSON would lose', () => {
    expect(() => canonicalLine(table, ['A', AT, Number.POSITIVE_INFINITY, 0, false, null])).toThrow(
      expect.objectContaining({ code: 'unfit-value', subject: 'price' }),
    );
  });
});
