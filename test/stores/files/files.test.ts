import { zstdDecompressSync } from 'node:zlib';
import { tableFromIPC } from 'apache-arrow';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import type { ColumnBatch, FileColumn, WriteFile } from '../../../functions/core/queries/export/columnar.ts';
import { arrowFile } from '../../../functions/stores/files/arrow-file.ts';
import { parquetFile } from '../../../functions/stores/files/parquet-file.ts';

const AT = Date.UTC(2025, 0, 1);
const columns: readonly FileColumn[] = [
  { name: 'symbol', type: 'text', nullable: false, values: ['BTCUSDT', 'ETHUSDT'] },
  { name: 'time', type: 'timestamptz', nullable: false },
  { name: 'price', type: 'float8', nullable: true },
  { name: 'trades', type: 'int4', nullable: true },
  { name: 'id', type: 'int8', nullable: true },
  { name: 'known', type: 'bool', nullable: true },
  { name: 'note', type: 'text', nullable: true },
];
const batch: ColumnBatch = {
  length: 3,
  columns: [
    ['BTCUSDT', 'ETHUSDT', 'ETHUSDT'],
    Float64Array.of(AT, AT + 59_999.001, -1),
    Float64Array.of(0.1, Number.NaN, -1.5e-7),
    Float64Array.of(1, Number.NaN, -(2 ** 31)),
    Float64Array.of(2 ** 53 - 1, Number.NaN, 0),
    Float64Array.of(1, Number.NaN, 0),
    ['', null, '比特币 "x"'],
  ],
};
const rows = [
  {
    symbol: 'BTCUSDT',
    time: BigInt(AT) * 1000n,
    price: 0.1,
    trades: 1,
    id: 9_007_199_254_740_991n,
    known: true,
    note: '',
  },
  {
    symbol: 'ETHUSDT',
    time: BigInt(AT) * 1000n + 59_999_001n,
    price: null,
    trades: null,
    id: null,
    known: null,
    note: null,
  },
  {
    symbol: 'ETHUSDT',
    time: -1000n,
    price: -1.5e-7,
    trades: -(2 ** 31),
    id: 0n,
    known: false,
    note: '比特币 "x"',
  },
];

async function written(write: WriteFile, batches: readonly ColumnBatch[], given = columns) {
  const pieces: Uint8Array[] = [];
  for await (const piece of write(given, batches, { table: 'spot_klines' })) pieces.push(piece);
  const bytes = Buffer.concat(pieces);
  return {
    pieces,
    file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer,
  };
}

const fromParquet = (file: ArrayBuffer) =>
  parquetReadObjects({
    file,
    compressors: { ZSTD: (bytes) => zstdDecompressSync(bytes) },
    // As stored: a Date has no microseconds.
    parsers: { timestampFromMicroseconds: (micros: bigint) => micros } as never,
  });

/** Apache's `toJSON` rounds instants to milliseconds. */
const fromArrow = (file: ArrayBuffer) => {
  const table = tableFromIPC(new Uint8Array(file));
  const raw = table.batches.flatMap(({ data }) => [...(data.children[1]?.values ?? [])]);
  return table.toArray().map((row, i) => ({ ...row.toJSON(), time: raw[i] }));
};

const month = (length: number, start: number): ColumnBatch => ({
  length,
  columns: [
    { constant: 'BTCUSDT' },
    Float64Array.from({ length }, (_, i) => AT + (start + i) * 60_000),
    Float64Array.from({ length }, (_, i) => start + i),
    ...[3, 4, 5].map(() => new Float64Array(length)),
    { constant: 'x' },
  ],
});

describe.each([
  ['Parquet', parquetFile, fromParquet],
  ['Arrow', arrowFile, fromArrow],
] as const)('a file of %s', (_, write, read) => {
  it('has the values of every type, and which of them are NULL', async () => {
    expect(await read((await written(write, [batch])).file)).toEqual(rows);
  });

  it('may have no rows', async () => {
    expect(await read((await written(write, [])).file)).toEqual([]);
  });

  it('is made in pieces of one row group, whatever the batches', async () => {
    const batches = Array.from({ length: 50 }, (_, i) => month(3_000, i * 3_000));
    const { pieces, file } = await written(write, batches);
    const found = await read(file);
    expect(found.map(({ price }) => price)).toEqual(Array.from({ length: 150_000 }, (_, i) => i));
    expect(found.at(-1)).toMatchObject({ symbol: 'BTCUSDT', time: BigInt(AT + 149_999 * 60_000) * 1000n });
    // Three groups and the footer.
    expect(pieces).toHaveLength(4);
  });

  it('ends with the error of its rows', async () => {
    const failing = (function* () {
      yield batch;
      throw new Error('the database has gone away');
    })();
    const all = async () => {
      for await (const _piece of write(columns, failing)) {
        // Only how it ends matters.
      }
    };
    await expect(all()).rejects.toThrow('the database has gone away');
  });
});

describe('a file of Parquet', () => {
  it('says by row group which symbols and times it has, and is zstd', async () => {
    const { file } = await written(parquetFile, [month(65_536, 0), month(10, 65_536)]);
    const { row_groups, schema, key_value_metadata, created_by } = parquetMetadata(file);
    const stats = row_groups.map(({ columns: [symbol, time, price] }) => ({
      codec: symbol!.meta_data!.codec,
      symbols: [symbol!.meta_data!.statistics!.min_value, symbol!.meta_data!.statistics!.max_value],
      from: time!.meta_data!.statistics!.min_value,
      to: time!.meta_data!.statistics!.max_value,
      price: price!.meta_data!.statistics,
    }));
    const at = (minute: number) => new Date(AT + minute * 60_000);
    expect(stats).toEqual([
      { codec: 'ZSTD', symbols: ['BTCUSDT', 'BTCUSDT'], from: at(0), to: at(65_535), price: undefined },
      { codec: 'ZSTD', symbols: ['BTCUSDT', 'BTCUSDT'], from: at(65_536), to: at(65_545), price: undefined },
    ]);
    expect(schema[2]).toMatchObject({
      repetition_type: 'REQUIRED',
      logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
    });
    expect([key_value_metadata, created_by]).toEqual([
      [{ key: 'table', value: 'spot_klines' }],
      'gordon-data',
    ]);
  });
});

describe('a file of Arrow', () => {
  it('has a dictionary of the texts that are known beforehand', async () => {
    const { file } = await written(arrowFile, [batch]);
    const types = tableFromIPC(new Uint8Array(file)).schema.fields.map(({ type }) => String(type));
    expect(types.slice(0, 2)).toEqual(['Dictionary<Int32, Utf8>', 'Timestamp<MICROSECOND, UTC>']);
    expect(types.at(-1)).toBe('Utf8');
  });

  it('refuses a text that is not in it', async () => {
    const other = { ...batch, columns: [{ constant: 'SOLUSDT' }, ...batch.columns.slice(1)] };
    await expect(written(arrowFile, [other])).rejects.toThrow('"SOLUSDT" is not in the dictionary');
  });
});
