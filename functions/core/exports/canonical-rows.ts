import type { Batch, Column, ColumnData, TableSpec } from '../series/table.ts';
import { canonicalLine } from '../verify/canonical.ts';
import type { Sha256 } from '../verify/ports.ts';

/** One cell of a column as JSON; undefined where only `canonicalLine` knows it. */
type Writer = (i: number) => string;

/**
 * Adds the rows of a batch to a hash, each as its canonical line and a line end: what `verify` hashes, so the hash of a
 * month is that of its certificate. Made for millions of rows: no row becomes an object.
 * @param columns place of each of the table's columns in the batch
 * @throws GordonError `unfit-value`
 */
export function addCanonical(hash: Sha256, table: TableSpec, batch: Batch, columns: readonly number[]): void {
  const cells = (i: number): unknown[] => columns.map((c) => cellOf(batch.columns[c]!, i));
  const writers = table.columns.map((column, c) => writerOf(column, batch.columns[columns[c]!]!));
  const last = writers.length - 1;
  let text = '';
  for (let i = 0; i < batch.length; i++) {
    let line = '[';
    let fits = true;
    for (let c = 0; c <= last; c++) {
      const cell = writers[c]!(i);
      // An infinite number has no JSON: the canonical line refuses it, with its name.
      fits &&= cell !== '';
      line += c === last ? cell : `${cell},`;
    }
    text += fits ? `${line}]\n` : `${canonicalLine(table, cells(i))}\n`;
  }
  hash.add(text);
}

function cellOf(data: ColumnData, i: number): string | number | null {
  if ('constant' in data) return data.constant;
  const value = data[i] ?? null;
  return Number.isNaN(value) ? null : value;
}

function writerOf(column: Column, data: ColumnData): Writer {
  const one = (value: string | number | null): string => canonicalCell(column, value);
  if ('constant' in data) {
    const cell = one(data.constant);
    return () => cell;
  }
  if (!(data instanceof Float64Array)) return (i) => one(data[i] ?? null);
  if (column.type === 'timestamptz') return instantWriter(data, one);
  if (column.type === 'bool') return (i) => one(data[i]!);
  return (i) => {
    const value = data[i]!;
    if (Number.isFinite(value)) return String(value);
    return Number.isNaN(value) ? 'null' : '';
  };
}

/** A line of one cell, without its brackets. */
function canonicalCell(column: Column, value: string | number | null): string {
  const cell = typeof value === 'number' && Number.isNaN(value) ? null : value;
  const line = canonicalLine({ name: '', columns: [column], key: [] }, [cell]);
  return line.slice(1, -1);
}

const DAY = 86_400_000;
const two = Array.from({ length: 100 }, (_, n) => String(n).padStart(2, '0'));

/** Whole seconds of a day are written by hand: a Date for each row would take longer than all the rest. */
function instantWriter(data: Float64Array, one: (value: number) => string): Writer {
  let day = Number.NaN;
  let date = '';
  return (i) => {
    const at = data[i]!;
    if (!Number.isInteger(at) || at % 1_000 !== 0) return one(at);
    const of = Math.floor(at / DAY);
    if (of !== day) {
      day = of;
      date = one(of * DAY).slice(0, -11);
    }
    const second = (at - of * DAY) / 1_000;
    const [h, m] = [Math.floor(second / 3_600), Math.floor(second / 60) % 60];
    return `${date}T${two[h]}:${two[m]}:${two[second % 60]}Z"`;
  };
}
