import { GordonError } from '../../core/errors/errors.ts';
import type { Batch, Column, ColumnData, TableSpec } from '../../core/series/table.ts';
import { FILLERS, Growing, isFixed, textBytes, WIDTH, WRITERS } from './copy-values.ts';

/** Large enough that a chunk costs little per row, small enough to stay in the processor's cache. */
const CHUNK_BYTES = 512 * 1024;

const HEADER = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
const TRAILER = Buffer.from([0xff, 0xff]);

/**
 * Batches as the body of `COPY … FROM STDIN (FORMAT binary)`, in buffers of about half a megabyte. A buffer is valid until the
 * next one is requested, which may reuse its memory: a month of minutes is six megabytes, and new buffers would keep the
 * garbage collector busy.
 * @throws GordonError `unfit-value` for a value that the column's type cannot hold
 */
export function* encodeCopy(table: TableSpec, batches: Iterable<Batch>): Generator<Buffer> {
  yield HEADER;
  for (const batch of batches) {
    checkShape(table, batch);
    const row = templateOf(table, batch);
    const rowsPerChunk = Math.max(1, Math.floor(CHUNK_BYTES / row.bytes.length));
    let frame: DataView<ArrayBuffer> | undefined;
    for (let from = 0; from < batch.length; from += rowsPerChunk) {
      const to = Math.min(from + rowsPerChunk, batch.length);
      if (row.fixed && !anyNull(batch, from, to)) {
        frame ??= frameOf(row, Math.min(rowsPerChunk, batch.length));
        yield encodeFixed(table, batch, row, frame, from, to);
      } else yield* encodeFree(table, batch, from, to);
    }
  }
  yield TRAILER;
}

interface RowTemplate {
  /** a row with its constant parts and all lengths filled in */
  readonly bytes: Buffer;
  /** where each column's value begins */
  readonly offsets: readonly number[];
  /** every row without a null looks like this one */
  readonly fixed: boolean;
}

function templateOf(table: TableSpec, batch: Batch): RowTemplate {
  const parts: Buffer[] = [int16(table.columns.length)];
  const offsets: number[] = [];
  let size = 2;
  table.columns.forEach((column, c) => {
    const data = batch.columns[c]!;
    const value = isFixed(column)
      ? Buffer.alloc(WIDTH[column.type])
      : textBytes(column, 'constant' in data ? data.constant : '');
    offsets.push(size + 4);
    parts.push(int32(value.length), value);
    size += 4 + value.length;
  });
  const fixed = batch.columns.every((data) => data instanceof Float64Array || 'constant' in data);
  return { bytes: Buffer.concat(parts), offsets, fixed };
}

/** The template, repeated for this many rows. */
function frameOf(row: RowTemplate, rows: number): DataView<ArrayBuffer> {
  const out = Buffer.allocUnsafeSlow(rows * row.bytes.length);
  row.bytes.copy(out);
  for (let filled = row.bytes.length; filled < out.length; filled *= 2) out.copyWithin(filled, 0, filled);
  return new DataView(out.buffer);
}

/** Rows of one length: each column is written into all rows of the frame. */
function encodeFixed(
  table: TableSpec,
  batch: Batch,
  row: RowTemplate,
  frame: DataView<ArrayBuffer>,
  from: number,
  to: number,
): Buffer {
  const stride = row.bytes.length;
  table.columns.forEach((column, c) => {
    const data = batch.columns[c]!;
    if (!(data instanceof Float64Array) || !isFixed(column)) return;
    FILLERS[column.type](frame, row.offsets[c]!, stride, data.subarray(from, to), column);
  });
  return Buffer.from(frame.buffer, 0, (to - from) * stride);
}

/** Rows with nulls or with texts of varying length, one value after the other. */
function* encodeFree(table: TableSpec, batch: Batch, from: number, to: number): Generator<Buffer> {
  let out = new Growing();
  for (let i = from; i < to; i++) {
    out.room(2).setInt16(out.claim(2), table.columns.length);
    for (let c = 0; c < table.columns.length; c++) writeValue(out, table.columns[c]!, batch.columns[c]!, i);
    if (out.size < CHUNK_BYTES) continue;
    yield out.done();
    out = new Growing();
  }
  if (out.size > 0) yield out.done();
}

const NULL = -1;

function writeValue(out: Growing, column: Column, data: ColumnData, i: number): void {
  if (data instanceof Float64Array) {
    const value = data[i]!;
    const width = isFixed(column) && !Number.isNaN(value) ? WIDTH[column.type] : NULL;
    out.room(12).setInt32(out.claim(4), width);
    if (isFixed(column) && width !== NULL) WRITERS[column.type](out.view, out.claim(width), value, column);
    return;
  }
  const text = 'constant' in data ? data.constant : (data[i] ?? null);
  if (text === null) out.room(4).setInt32(out.claim(4), NULL);
  else out.text(text, column.type === 'jsonb');
}

function anyNull(batch: Batch, from: number, to: number): boolean {
  for (const data of batch.columns) {
    if (!(data instanceof Float64Array)) continue;
    for (let i = from; i < to; i++) if (Number.isNaN(data[i])) return true;
  }
  return false;
}

function checkShape(table: TableSpec, batch: Batch): void {
  const fits =
    batch.columns.length === table.columns.length &&
    table.columns.every((column, c) => {
      const data = batch.columns[c]!;
      if (data instanceof Float64Array) return isFixed(column) && data.length === batch.length;
      return !isFixed(column) && ('constant' in data || data.length === batch.length);
    });
  if (fits) return;
  throw new GordonError({
    code: 'unfit-batch',
    subject: table.name,
    message: 'the columns of a batch are not those of the table.',
  });
}

function int16(value: number): Buffer {
  const out = Buffer.allocUnsafe(2);
  out.writeInt16BE(value);
  return out;
}

function int32(value: number): Buffer {
  const out = Buffer.allocUnsafe(4);
  out.writeInt32BE(value);
  return out;
}
