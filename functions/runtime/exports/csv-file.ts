import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { ColumnBatch, FileColumn, WriteFile } from '../../core/queries/export/columnar.ts';
import { textRows } from '../../core/queries/export/text-rows.ts';

/** CSV as `GET /data/{table}` writes it, packed by gzip. */
export const csvFile: WriteFile = async function* (columns, batches) {
  const packed = Readable.from(texts(columns, batches)).compose(createGzip({ level: 6 })) as Readable;
  for await (const piece of packed) yield piece as Buffer;
};

async function* texts(
  columns: readonly FileColumn[],
  batches: AsyncIterable<ColumnBatch> | Iterable<ColumnBatch>,
): AsyncGenerator<Uint8Array> {
  const { head, lines, foot } = textRows('csv', columns);
  yield head;
  for await (const batch of batches) yield* lines(batch);
  if (foot.length > 0) yield foot;
}
