import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { ColumnBatch, FileColumn, WriteFile } from '../../core/queries/export/columnar.ts';
import { iso } from '../../core/time/time.ts';

/** CSV as `GET /data/{table}` writes it (RFC 4180, lines end with `\n`, NULL is the empty cell), packed by gzip. */
export const csvFile: WriteFile = async function* (columns, batches) {
  const packed = Readable.from(texts(columns, batches)).compose(createGzip({ level: 6 })) as Readable;
  for await (const piece of packed) yield piece as Buffer;
};

async function* texts(
  columns: readonly FileColumn[],
  batches: AsyncIterable<ColumnBatch> | Iterable<ColumnBatch>,
): AsyncGenerator<Buffer> {
  yield Buffer.from(`${columns.map(({ name }) => name).join(',')}\n`);
  for await (const { length, columns: data } of batches) {
    const cells = columns.map((column, c) => cellWriter(column, data[c]!));
    const lines: string[] = [];
    for (let i = 0; i < length; i++) lines.push(`${cells.map((cell) => cell(i)).join(',')}\n`);
    yield Buffer.from(lines.join(''));
  }
}

function cellWriter({ type }: FileColumn, data: ColumnBatch['columns'][number]): (i: number) => string {
  if ('constant' in data) {
    const cell = textCell(data.constant);
    return () => cell;
  }
  if (!(data instanceof Float64Array)) return (i) => textCell(data[i]!);
  const write =
    type === 'timestamptz' ? iso : type === 'bool' ? (value: number) => String(value === 1) : String;
  return (i) => (Number.isNaN(data[i]) ? '' : write(data[i]!));
}

/** The empty text is quoted, so that it is not NULL. */
function textCell(text: string | null): string {
  if (text === null) return '';
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
