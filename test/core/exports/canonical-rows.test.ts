import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addCanonical } from '../../../functions/core/exports/rows/canonical-rows.ts';
import { toBatch } from '../../../functions/core/series/batch.ts';
import type { Batch, TableSpec } from '../../../functions/core/series/table.ts';
import { canonicalLine, cellsAt } from '../../../functions/core/verify/canonical.ts';
import { sha256 } from '../../../functions/stores/files/sha256.ts';

const table: TableSpec = {
  name: 't',
  columns: [
    { name: 'symbol', type: 'text' },
    { name: 'time', type: 'timestamptz' },
    { name: 'price', type: 'float8' },
    { name: 'trades', type: 'int4' },
    { name: 'count', type: 'int8' },
    { name: 'provisional', type: 'bool' },
    { name: 'more', type: 'jsonb' },
    { name: 'note', type: 'text' },
  ],
  key: ['symbol', 'time'],
};
const PLACES = table.columns.map((_, c) => c);

const orNull = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null, freq: 4 });
const time = fc.oneof(
  fc.integer({ min: -9e11, max: 4e12 }).map((ms) => ms - (ms % 1_000)),
  fc.integer({ min: -9e11, max: 4e12 }),
);
const row = fc.tuple(
  fc.constantFrom('BTC', 'A"B', '币安'),
  time,
  orNull(fc.double({ noNaN: true, noDefaultInfinity: true })),
  orNull(fc.integer()),
  orNull(fc.maxSafeInteger()),
  orNull(fc.constantFrom(0, 1)),
  orNull(fc.json({ maxDepth: 2 })),
  orNull(fc.string()),
);

const hashOf = (batch: Batch): string => {
  const hash = sha256();
  addCanonical(hash, table, batch, PLACES);
  return hash.hex();
};

describe('the canonical hash of a batch', () => {
  it('is that of the lines that verify hashes, whatever the rows', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), (rows) => {
        const batch = toBatch(table, rows);
        const lines = rows.map((_, i) => `${canonicalLine(table, cellsAt(batch, i))}\n`).join('');
        expect(hashOf(batch)).toBe(createHash('sha256').update(lines).digest('hex'));
      }),
    );
  });

  it('is the same for a text that is constant', () => {
    const batch = toBatch(table, [
      ['BTC', 0, 1, 2, 3, 1, '{}', null],
      ['BTC', 60_000, 1, 2, 3, 0, '{}', null],
    ]);
    const columns = batch.columns.map((data, c) => (c === 0 ? { constant: 'BTC' } : data));
    expect(hashOf({ ...batch, columns })).toBe(hashOf(batch));
  });

  it('is refused for what JSON would lose', () => {
    const batch = toBatch(table, [['BTC', 0, Number.NEGATIVE_INFINITY, 2, 3, 1, '{}', null]]);
    expect(() => hashOf(batch)).toThrow(expect.objectContaining({ code: 'unfit-value', subject: 'price' }));
  });
});
