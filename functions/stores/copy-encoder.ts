import { GordonError } from '../core/errors.ts';
import type { Batch, Column, ColumnData, TableSpec } from '../core/table.ts';

/** PostgreSQL counts from 2000-01-01, in microseconds. */
const POSTGRES_EPOCH = Date.UTC(2000, 0);
const TWO_32 = 2 ** 32;
/** Large enough that a chunk costs little per row, small enough to stay in the processor's cache. */
const CHUNK_BYTES = 512 * 1024;

const HEADER = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
const TRAILER = Buffer.from([0xff, 0xff]);

const WIDTH = { timestamptz: 8, float8: 8, int8: 8, int4: 4, bool: 1 } as const;
type FixedType = keyof typeof WIDTH;
const isFixed = (column: Column): column is Column & { type: FixedType } => column.type in WIDTH;

/**
 * Batches as the body of `COPY … FROM STDIN (FORMAT binary)`, in buffers of about half a megabyte. Each buffer is new, so
 * the consumer may keep it.
 * @throws GordonError `unfit-value` for what the column's type cannot hold
 */
export function* encodeCopy(table: TableSpec, batches: Iterable<Batch>): Generator<Buffer> {
  yield HEADER;
  for (const batch of batches) {
    checkShape(table, batch);
    const row = templateOf(table, batch);
    const rowsPerChunk = Math.max(1, Math.floor(CHUNK_BYTES / row.bytes.length));
    for (let from = 0; from < batch.length; from += rowsPerChunk) {
      const to = Math.min(from + rowsPerChunk, batch.length);
      yield row.fixed && !anyNull(batch, from, to)
        ? encodeFixed(table, batch, row, from, to)
        : encodeFree(table, batch, from, to);
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

/** Rows of one length: the template is laid out for all of them, then each column is written down the rows. */
function encodeFixed(table: TableSpec, batch: Batch, row: RowTemplate, from: number, to: number): Buffer {
  const stride = row.bytes.length;
  const out = Buffer.allocUnsafeSlow((to - from) * stride);
  row.bytes.copy(out);
  for (let filled = stride; filled < out.length; filled *= 2) out.copyWithin(filled, 0, filled);
  const view = new DataView(out.buffer);
  table.columns.forEach((column, c) => {
    const data = batch.columns[c]!;
    if (!(data instanceof Float64Array) || !isFixed(column)) return;
    let at = row.offsets[c]!;
    const write = WRITERS[column.type];
    for (let i = from; i < to; i++, at += stride) write(view, at, data[i]!, column);
  });
  return out;
}

/** Rows with nulls or with texts of their own, one value after the other. */
function encodeFree(table: TableSpec, batch: Batch, from: number, to: number): Buffer {
  const parts: Buffer[] = [];
  for (let i = from; i < to; i++) {
    parts.push(int16(table.columns.length));
    table.columns.forEach((column, c) => {
      const value = bytesOf(column, batch.columns[c]!, i);
      parts.push(int32(value ? value.length : -1));
      if (value) parts.push(value);
    });
  }
  return Buffer.concat(parts);
}

function bytesOf(column: Column, data: ColumnData, i: number): Buffer | undefined {
  if (data instanceof Float64Array) {
    if (!isFixed(column) || Number.isNaN(data[i])) return undefined;
    const out = Buffer.alloc(WIDTH[column.type]);
    WRITERS[column.type](new DataView(out.buffer, out.byteOffset), 0, data[i]!, column);
    return out;
  }
  const text = 'constant' in data ? data.constant : data[i];
  return text === null || text === undefined ? undefined : textBytes(column, text);
}

const WRITERS: Record<FixedType, (view: DataView, at: number, value: number, column: Column) => void> = {
  float8: (view, at, value) => view.setFloat64(at, value),
  timestamptz: (view, at, value, column) => int64(view, at, (value - POSTGRES_EPOCH) * 1000, column),
  int8: int64,
  int4: (view, at, value, column) => {
    if (value !== (value | 0)) throw unfit(column, value);
    view.setInt32(at, value);
  },
  bool: (view, at, value, column) => {
    if (value !== 0 && value !== 1) throw unfit(column, value);
    view.setUint8(at, value);
  },
};

function int64(view: DataView, at: number, value: number, column: Column): void {
  if (!Number.isSafeInteger(value)) throw unfit(column, value);
  const high = Math.floor(value / TWO_32);
  view.setInt32(at, high);
  view.setUint32(at + 4, value - high * TWO_32);
}

/** Binary jsonb is the text after the version of the format. */
const textBytes = (column: Column, text: string): Buffer =>
  column.type === 'jsonb' ? Buffer.from(`\x01${text}`) : Buffer.from(text);

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
    ...{ name: 'PermanentError', code: 'unfit-batch', subject: table.name },
    message: 'the columns of a batch are not those of the table.',
    remedy: 'This is a fault of the source: its parser must fill every column of its table, in order.',
  });
}

const unfit = (column: Column, value: number): GordonError =>
  new GordonError({
    ...{ name: 'PermanentError', code: 'unfit-value', subject: column.name },
    message: `${value} is no ${column.type}.`,
    remedy: 'This is a fault of the source: its parser must refuse such a value.',
  });

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
