import { constants, zstdCompressSync } from 'node:zlib';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { FileColumn, WriteFile } from '../../core/queries/export/columnar.ts';
import type { ColumnType } from '../../core/series/table.ts';
import { int64s, MICROS } from './int64s.ts';
import { type GroupColumn, rowGroups } from './row-groups.ts';

/**
 * Rows of a row group. A month of minutes is one; engines skip and read in parallel by groups, and one group is all that is in
 * memory.
 */
const ROW_GROUP = 65_536;

type Schema = ConstructorParameters<typeof ParquetWriter>[0]['schema'];
type Element = Schema[number];
type Source = Parameters<ParquetWriter['write']>[0]['columnData'][number];

/** Parquet: zstd, texts as dictionaries, times delta-coded, and statistics of all columns but prices and amounts. */
export const parquetFile: WriteFile = async function* (columns, batches, metadata = {}) {
  const bytes = new ByteWriter();
  const file = new ParquetWriter({
    writer: bytes,
    schema: [{ name: 'rows', num_children: columns.length }, ...columns.map(elementOf)],
    codec: 'ZSTD',
    compressors: { ZSTD: compress },
    createdBy: 'gordon-data',
    kvMetadata: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  });
  const repeat = columns.map(repeater);
  for await (const { columns: group, length } of rowGroups(columns, batches, ROW_GROUP)) {
    file.write({
      columnData: columns.map((column, c) => sourceOf(column, group[c]!, length, repeat[c]!)),
      rowGroupSize: length,
      // One page for each column of a group: estimating the size of each value costs a tenth of the time.
      pageSize: 0,
    });
    for (const [c, { meta_data }] of file.row_groups.at(-1)!.columns.entries()) {
      Object.assign(meta_data!, statisticsOf(columns[c]!, group[c]!));
    }
    yield taken(bytes);
  }
  file.finish();
  yield taken(bytes);
};

/** What was written since; the writer counts on from there. */
function taken(bytes: ByteWriter): Uint8Array {
  const piece = bytes.getBytes().slice();
  bytes.index = 0;
  return piece;
}

/** Level 1: level 3 takes a quarter more time for a fifth fewer bytes. */
const compress = (bytes: Uint8Array): Uint8Array =>
  zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });

const TEXT: Omit<Element, 'name'> = {
  type: 'BYTE_ARRAY',
  converted_type: 'UTF8',
  logical_type: { type: 'STRING' },
};
const ELEMENTS: Readonly<Record<ColumnType, Omit<Element, 'name'>>> = {
  text: TEXT,
  jsonb: TEXT,
  // PostgreSQL counts in microseconds too: nothing is lost.
  timestamptz: {
    type: 'INT64',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
  },
  float8: { type: 'DOUBLE' },
  int4: { type: 'INT32' },
  int8: { type: 'INT64' },
  bool: { type: 'BOOLEAN' },
};

const elementOf = ({ name, type, nullable }: FileColumn): Element => ({
  name,
  ...ELEMENTS[type],
  repetition_type: nullable ? 'OPTIONAL' : 'REQUIRED',
});

/** @param repeat of a constant: the text as often as there are rows */
function sourceOf(
  { name, type }: FileColumn,
  column: GroupColumn,
  length: number,
  repeat: (text: string, length: number) => string[],
): Source {
  if ('constant' in column) {
    const data = repeat(column.constant, length);
    return { name, data, encoding: 'RLE_DICTIONARY', statistics: false };
  }
  if ('texts' in column) return { name, data: [...column.texts], encoding: 'RLE_DICTIONARY' };
  const { numbers, nulls } = column;
  switch (type) {
    case 'float8':
      return {
        name,
        data: nulls ? orNull(numbers, (x) => x) : numbers,
        encoding: 'PLAIN',
        statistics: false,
      };
    case 'timestamptz':
      return delta(name, integers(numbers, nulls, MICROS));
    case 'int8':
      return delta(name, integers(numbers, nulls, 1));
    case 'int4':
      return delta(name, nulls ? orNull(numbers, (x) => x) : Int32Array.from(numbers));
    default:
      return { name, data: orNull(numbers, Boolean) };
  }
}

const delta = (name: string, data: Source['data']): Source => ({
  name,
  data,
  encoding: 'DELTA_BINARY_PACKED',
  statistics: false,
});

/**
 * What a reader may skip a row group by, of constants and integers. The library would compare each value, 64-bit integers as
 * objects. Prices have none: nobody skips row groups by them.
 */
function statisticsOf({ type }: FileColumn, column: GroupColumn) {
  if ('constant' in column) {
    const { constant } = column;
    return { statistics: { min_value: constant, max_value: constant, null_count: 0n } };
  }
  if ('texts' in column || type === 'float8' || type === 'bool') return {};
  const { numbers, nulls } = column;
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  // NaN is neither.
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i]!;
    if (number < least) least = number;
    if (number > most) most = number;
  }
  const null_count = BigInt(nulls);
  if (nulls === numbers.length) return { statistics: { null_count } };
  const of = (number: number) =>
    type === 'int4' ? number : int64s(Float64Array.of(number), type === 'timestamptz' ? MICROS : 1)[0]!;
  return { statistics: { min_value: of(least), max_value: of(most), null_count } };
}

/** The list of a text is made once for all row groups. */
function repeater(): (text: string, length: number) => string[] {
  let last: string[] = [];
  return (text, length) => {
    if (last[0] !== text || last.length < length) last = new Array<string>(length).fill(text);
    return last.length === length ? last : last.slice(0, length);
  };
}

const orNull = <T>(numbers: Float64Array, value: (number: number) => T): (T | null)[] =>
  Array.from(numbers, (number) => (Number.isNaN(number) ? null : value(number)));

function integers(numbers: Float64Array, nulls: number, factor: number): BigInt64Array | (bigint | null)[] {
  const values = int64s(numbers, factor);
  return nulls ? Array.from(values, (value, i) => (Number.isNaN(numbers[i]) ? null : value)) : values;
}
