import type { Finding } from './source.ts';
import { type Batch, type ColumnData, pickRows, type TableSpec, timeColumn } from './table.ts';

/**
 * Puts rows in order and drops repeated ones. The first of two rows of one instant is kept; when they differ that is a
 * finding, because the venue restated the row within one file.
 */
export function sortAndDedupe(batch: Batch): { batch: Batch; findings: Finding[] } {
  const { times } = batch;
  let ascending = true;
  for (let i = 1; i < times.length && ascending; i++) ascending = times[i - 1]! < times[i]!;
  if (ascending) return { batch, findings: [] };
  // Array.sort is stable: of two rows of one instant the one that came first stays first.
  const order = Array.from(times.keys()).sort((a, b) => times[a]! - times[b]!);
  const keep: number[] = [];
  const findings: Finding[] = [];
  for (const i of order) {
    const before = keep.at(-1);
    if (before === undefined || times[before] !== times[i]) keep.push(i);
    else if (!sameRow(batch, before, i)) findings.push(conflict(batch, before, i));
  }
  return { batch: pickRows(batch, keep), findings };
}

/**
 * Gives the memory of numbers back now; they have no elements afterwards. What waits for the collector calls it: V8 marks the
 * whole heap again for every 64 MB of buffers.
 */
export function releaseNumbers(columns: readonly ColumnData[]): void {
  for (const data of columns) {
    // The times are there twice: as a column, and by themselves.
    if (data instanceof Float64Array && !(data.buffer as ArrayBuffer).detached) {
      (data.buffer as ArrayBuffer).transfer(0);
    }
  }
}

const cell = (data: ColumnData, i: number): string | number | null =>
  'constant' in data ? data.constant : (data[i] ?? null);

const sameRow = (batch: Batch, a: number, b: number): boolean =>
  batch.columns.every((data) => Object.is(cell(data, a), cell(data, b)));

function conflict(batch: Batch, kept: number, dropped: number): Finding {
  const show = (i: number): string => JSON.stringify(batch.columns.map((data) => cell(data, i)));
  return {
    kind: 'duplicate-conflict',
    time: batch.times[kept]!,
    detail: { kept: show(kept), dropped: show(dropped) },
  };
}

/** A batch from rows of plain values in the order of the table's columns; for sources with few rows. */
export function toBatch(table: TableSpec, rows: readonly (readonly (number | string | null)[])[]): Batch {
  const columns = table.columns.map((column, c): ColumnData => {
    if (column.type === 'text' || column.type === 'jsonb') return rows.map((row) => row[c] as string | null);
    return Float64Array.from(rows, (row) => (row[c] === null ? Number.NaN : (row[c] as number)));
  });
  const time = table.columns.findIndex((column) => column.name === timeColumn(table));
  return { length: rows.length, times: columns[time] as Float64Array, columns };
}

/** Batches of one table as one, in their order; the times need not ascend from one to the next. */
export function concatBatches(table: TableSpec, batches: readonly Batch[]): Batch {
  const length = batches.reduce((sum, batch) => sum + batch.length, 0);
  const numbers = (of: (batch: Batch) => Float64Array): Float64Array => {
    const all = new Float64Array(length);
    let at = 0;
    for (const batch of batches) {
      all.set(of(batch), at);
      at += batch.length;
    }
    return all;
  };
  const columns = table.columns.map(({ type }, c): ColumnData => {
    if (type !== 'text' && type !== 'jsonb') return numbers(({ columns }) => columns[c] as Float64Array);
    return batches.flatMap(
      (batch) =>
        Array.from({ length: batch.length }, (_, i) => cell(batch.columns[c]!, i)) as (string | null)[],
    );
  });
  return { length, times: numbers(({ times }) => times), columns };
}
