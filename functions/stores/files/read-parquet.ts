import { zstdDecompressSync } from 'node:zlib';
import { parquetMetadata, parquetRead, parquetSchema } from 'hyparquet';
import type { ReadFile } from '../../core/queries/export/columnar.ts';
import { columnOf, requireColumns } from './read-values.ts';

/** Reads Parquet, one row group after the other. */
export const readParquet: ReadFile = async function* (bytes, columns) {
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  const metadata = parquetMetadata(buffer);
  requireColumns(
    columns,
    parquetSchema(metadata).children.map(({ element }) => element.name),
  );
  let rowStart = 0;
  for (const { num_rows } of metadata.row_groups) {
    const rowEnd = rowStart + Number(num_rows);
    const pieces = new Map<string, ArrayLike<unknown>[]>();
    await parquetRead({
      file: buffer,
      metadata,
      rowStart,
      rowEnd,
      columns: columns.map(({ name }) => name),
      compressors: { ZSTD: (packed) => zstdDecompressSync(packed) },
      parsers: { timestampFromMicroseconds: (micros) => Number(micros) / 1_000 },
      onChunk({ columnName, columnData }) {
        pieces.set(columnName, [...(pieces.get(columnName) ?? []), columnData]);
      },
    });
    const length = rowEnd - rowStart;
    yield {
      length,
      columns: columns.map((column) => {
        const found = pieces.get(column.name) ?? [];
        const values = found.length === 1 ? found[0]! : found.flatMap((piece) => Array.from(piece));
        if (values.length !== length) throw new TypeError(`its column ${column.name} has another length`);
        return columnOf(column, values);
      }),
    };
    rowStart = rowEnd;
  }
};
