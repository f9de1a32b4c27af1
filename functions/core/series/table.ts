import type { RangeSet } from '../time/range.ts';

/** PostgreSQL types that rows are made of. `timestamptz` travels as epoch ms. */
export type ColumnType = 'text' | 'timestamptz' | 'float8' | 'int4' | 'int8' | 'bool' | 'jsonb';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

/** A table of `market_data` as a source fills it. */
export interface TableSpec {
  readonly name: string;
  /** in the order of COPY; a superset of `key` */
  readonly columns: readonly Column[];
  /** the primary key */
  readonly key: readonly string[];
  /** the column of the row's instant; defaults to `time` */
  readonly time?: string;
  /** a view of the table for people to read: columns that are computed and never stored stand among the others */
  readonly view?: { readonly name: string; readonly columns: readonly Column[] };
  /** columns by the names that they once had */
  readonly renamed?: Readonly<Record<string, string>>;
  /** columns that the database computes from the others; read-only */
  readonly computed?: readonly Column[];
  /** columns that have one value in all rows of a source, where several sources share the table; part of the key */
  readonly fixed?: Readonly<Record<string, string>>;
  /** a column of text that parts a series into what is read by itself, though the key has another; the table has an index of it */
  readonly partedBy?: string;
  /** the values are differences, which may be zero or negative: neither their sign nor a jump of their scale is odd */
  readonly signed?: true;
  /**
   * `regular` (the default): exactly one row for each step of the grid. `irregular`: a table of events, with none or many
   * rows in one step; a span is accounted for when the venue's answer was complete.
   */
  readonly cadence?: 'regular' | 'irregular';
  /** of events: rows stand at instants of their own, many in one step; parsers name the steps that are accounted for */
  readonly offGrid?: true;
  /** of values that are revised: the columns that say from when until when the venue showed a value; null: it still does */
  readonly vintages?: { readonly from: string; readonly until: string };
  /** of events: the column that says how long the silence before a row was meant to last, in units of `unitMs` */
  readonly pace?: { readonly column: string; readonly unitMs: number };
}

/** The name of the column that holds the instant of a row. */
export const timeColumn = (table: TableSpec): string => table.time ?? 'time';

/** When a value could first be known, by the rules in `sql/`. */
export const KNOWN_AT: Column = { name: 'known_at', type: 'timestamptz' };

/** The columns that people read: those of the view where there is one. */
export const readColumns = ({ view, columns, computed = [] }: TableSpec): readonly Column[] =>
  view?.columns ?? [...columns, ...computed];

/**
 * One column of a batch: numbers in a typed array (NaN is SQL NULL), text as strings, or one value for all rows.
 * `bool` is 0 or 1.
 */
export type ColumnData = Float64Array | readonly (string | null)[] | { readonly constant: string };

/**
 * Rows column by column, in the order of the table's columns: a month of minutes is twelve arrays, not half a million
 * objects. `times` (epoch ms, ascending; on the grid unless the table is off it; strictly so in a table of steps) is the time column again, for the
 * coverage arithmetic.
 */
export interface Batch {
  readonly length: number;
  readonly times: Float64Array;
  readonly columns: readonly ColumnData[];
  /**
   * Gives the memory of the numbers back at once: nobody may read the batch afterwards, nor a view of it. The store calls it
   * when the rows are committed. Only a parser that keeps nothing of the batch offers it.
   */
  readonly release?: () => void;
}

/** A batch without rows, for pages that only bring proofs, failures or findings. */
export const NO_ROWS: Batch = { length: 0, times: new Float64Array(), columns: [] };

/** The rows `[from, to)` of a batch, without copying the numbers. */
export function sliceBatch(batch: Batch, from: number, to: number): Batch {
  if (from === 0 && to === batch.length) return batch;
  const columns = batch.columns.map((data) => {
    if (data instanceof Float64Array) return data.subarray(from, to);
    return 'constant' in data ? data : data.slice(from, to);
  });
  return { length: to - from, times: batch.times.subarray(from, to), columns };
}

/** Index of the first time `>= at`. */
export function lowerBound(times: Float64Array, at: number): number {
  let lo = 0;
  let hi = times.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (times[mid]! < at) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

/** The rows of a batch that lie within the ranges, in order; a view where they are one run. */
export function rowsWithin(batch: Batch, ranges: RangeSet): Batch {
  const spans = ranges
    .map(({ start, end }) => [lowerBound(batch.times, start), lowerBound(batch.times, end)] as const)
    .filter(([from, to]) => from < to);
  if (spans.length === 0) return sliceBatch(batch, 0, 0);
  const from = spans[0]![0];
  const to = spans.at(-1)![1];
  const count = spans.reduce((sum, [a, b]) => sum + b - a, 0);
  if (count === to - from) return sliceBatch(batch, from, to);
  const order = new Uint32Array(count);
  let at = 0;
  for (const [a, b] of spans) for (let i = a; i < b; i++) order[at++] = i;
  return pickRows(batch, order);
}

/** How many of the times lie within the ranges. @param times epoch ms, ascending */
export const countWithin = (times: Float64Array, ranges: RangeSet): number =>
  ranges.reduce((sum, { start, end }) => sum + lowerBound(times, end) - lowerBound(times, start), 0);

/** The rows of a batch in the given order of indices, for sorting and for dropping duplicates. */
export function pickRows(batch: Batch, order: ArrayLike<number>): Batch {
  const pick = (data: ColumnData): ColumnData => {
    if (data instanceof Float64Array) return Float64Array.from(order, (i) => data[i]!);
    return 'constant' in data ? data : Array.from(order, (i) => data[i]!);
  };
  return { length: order.length, times: pick(batch.times) as Float64Array, columns: batch.columns.map(pick) };
}
