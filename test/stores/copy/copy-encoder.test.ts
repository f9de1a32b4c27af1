import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Batch, sliceBatch, type TableSpec } from '../../../functions/core/series/table.ts';
import { copyRows } from '../../../functions/stores/copy/copy.ts';
import { encodeCopy } from '../../../functions/stores/copy/copy-encoder.ts';
import type { Sql } from '../../../functions/stores/postgres/postgres.ts';
import { createTestDatabase, type TestDatabase } from '../../helpers/database.ts';
import { candles, minutes, SPOT } from '../klines.ts';

const EVERY: TableSpec = {
  name: 'every_type',
  columns: [
    { name: 'label', type: 'text' },
    { name: 'time', type: 'timestamptz' },
    { name: 'f', type: 'float8' },
    { name: 'i', type: 'int4' },
    { name: 'l', type: 'int8' },
    { name: 'b', type: 'bool' },
    { name: 'note', type: 'text' },
    { name: 'j', type: 'jsonb' },
  ],
  key: ['label', 'time'],
};

interface Row {
  time: number;
  f: number | null;
  i: number | null;
  l: number | null;
  b: boolean | null;
  note: string | null;
  j: unknown;
}

const batchOf = (rows: readonly Row[]): Batch => {
  const numbers = (pick: (row: Row) => number | null) =>
    Float64Array.from(rows, (r) => pick(r) ?? Number.NaN);
  const times = numbers((r) => r.time);
  return {
    length: rows.length,
    times,
    columns: [
      { constant: 'é$label' },
      times,
      numbers((r) => r.f),
      numbers((r) => r.i),
      numbers((r) => r.l),
      numbers((r) => (r.b === null ? null : Number(r.b))),
      rows.map((r) => r.note),
      rows.map((r) => (r.j === null ? null : JSON.stringify(r.j))),
    ],
  };
};

let database: TestDatabase;
let sql: Sql;
beforeAll(async () => {
  database = await createTestDatabase('empty');
  sql = database.connect();
  await sql`create schema market_data`;
  await sql`create table market_data.every_type (n int generated always as identity, label text, time timestamptz, f float8,
    i int4, l int8, b bool, note text, j jsonb)`;
});
afterAll(() => database[Symbol.asyncDispose]());

async function roundTrip(batches: readonly Batch[]): Promise<Row[]> {
  await sql`truncate market_data.every_type`;
  await sql.begin((tx) => copyRows(tx, 'market_data.every_type', EVERY, batches));
  const rows = await sql<(Omit<Row, 'time'> & { time: number })[]>`
    select (extract(epoch from time) * 1000)::float8 as time, f, i, l, b, note, j
    from market_data.every_type order by n`;
  return rows.map((row) => ({ ...row }));
}

const nullable = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null, freq: 4 });
const rowArbitrary: fc.Arbitrary<Row> = fc.record({
  // 1900 to 2200: before and after PostgreSQL's own epoch
  time: fc.integer({ min: Date.UTC(1900, 0), max: Date.UTC(2200, 0) }),
  f: nullable(fc.double({ noNaN: true })),
  i: nullable(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  l: nullable(fc.maxSafeInteger()),
  b: nullable(fc.boolean()),
  // NUL is the one character that PostgreSQL's text cannot hold; a lone surrogate is not a character
  note: nullable(fc.string({ unit: 'binary' }).map((s) => s.replaceAll('\0', ''))),
  // No key is escaped: the JSON.parse of Node.js 24.21, by which rows are read back here, takes the key `"\\""` for `"\\\\"` once it has
  // met that one in an object of the same shape. Escapes are in the values.
  j: nullable(
    fc.dictionary(
      fc.string({ unit: 'grapheme-ascii' }).map((key) => key.replace(/["\\]/g, '')),
      fc.string(),
    ),
  ),
});

/** Each buffer is only good until the next one. */
const bytesOf = (buffers: Iterable<Buffer>): Buffer =>
  Buffer.concat(Array.from(buffers, (buffer) => Buffer.from(buffer)));

describe('encodeCopy', () => {
  it('brings every type and every null through PostgreSQL unchanged', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(rowArbitrary, { maxLength: 20 }), async (rows) => {
        expect(await roundTrip([batchOf(rows)])).toEqual(rows);
      }),
      { numRuns: 60 },
    );
  });

  it('brings slices and several batches in order, over the borders of its buffers', async () => {
    const rows = Array.from({ length: 9_000 }, (_, n): Row => {
      return { time: n, f: n / 3, i: n, l: n * 1e9, b: n % 2 === 0, note: `${n}`, j: { n } };
    });
    const whole = batchOf(rows);
    const back = await roundTrip([
      sliceBatch(whole, 0, 1),
      sliceBatch(whole, 1, 8_000),
      sliceBatch(whole, 8_500, 9_000),
    ]);
    expect(back).toEqual([...rows.slice(0, 8_000), ...rows.slice(8_500)]);
  });

  it('encodes rows of one length as it does any other row', () => {
    const batch = candles([minutes(0, 20)]);
    const symbols = Array.from({ length: 20 }, () => 'BTCUSDT');
    const free = { ...batch, columns: batch.columns.with(0, symbols) };
    expect(bytesOf(encodeCopy(SPOT, [batch]))).toEqual(bytesOf(encodeCopy(SPOT, [free])));
  });

  it('makes buffers of bounded size, whatever the batch', () => {
    const notes = Array.from({ length: 500 }, (_, n): Row => {
      return { time: n, f: 1, i: 1, l: 1, b: true, note: 'x'.repeat(10_000), j: null };
    });
    for (const buffers of [
      encodeCopy(SPOT, [candles([minutes(0, 50_000)])]),
      encodeCopy(EVERY, [batchOf(notes)]),
    ]) {
      const sizes = [...buffers].map((buffer) => buffer.length);
      expect(sizes.length).toBeGreaterThan(10);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(530 * 1024);
    }
  });

  it.each([
    ['a fraction', 'i', 1.5],
    ['a number beyond int4', 'i', 2 ** 31],
    ['a number that a double cannot count', 'l', 2 ** 60],
    ['a flag that is neither', 'b', 2],
  ])('refuses %s', (_, name, value) => {
    const batch = batchOf([{ time: 0, f: 0, i: 0, l: 0, b: true, note: 'x', j: 1 }]);
    (batch.columns[EVERY.columns.findIndex((c) => c.name === name)] as Float64Array)[0] = value;
    expect(() => [...encodeCopy(EVERY, [batch])]).toThrow(expect.objectContaining({ code: 'unfit-value' }));
  });

  it('refuses a batch whose columns are not the table’s', () => {
    const batch = candles([minutes(0, 1)]);
    expect(() => [...encodeCopy(EVERY, [batch])]).toThrow(expect.objectContaining({ code: 'unfit-batch' }));
  });
});
