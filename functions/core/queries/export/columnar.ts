import type { Batch, Column } from '../../series/table.ts';

/** A column of a file. Key columns are never null; a reader may then skip the bits that say which values are. */
export interface FileColumn extends Column {
  readonly nullable: boolean;
  /** of text: every value that it may have, where they are known before the first row. Arrow then has a dictionary */
  readonly values?: readonly string[];
}

/** Rows column by column, in the order of the file's columns. Times are epoch ms, NaN is NULL, `bool` is 0 or 1. */
export type ColumnBatch = Pick<Batch, 'length' | 'columns'>;

/**
 * Reads a file that a `WriteFile` made, in batches of any size. NULL of a number is NaN.
 * @param columns those that are read, by their names; the batches have them in this order
 * @throws Error when the bytes were not made by the `WriteFile`, or a column is missing
 */
export type ReadFile = (bytes: Uint8Array, columns: readonly FileColumn[]) => AsyncIterable<ColumnBatch>;

/**
 * Makes a file of rows: piece by piece, at most one row group at a time, so that memory does not grow with the rows. The pieces
 * in order are the file. `timestamptz` is a timestamp of microseconds in UTC, `jsonb` is text.
 * @param batches of any size; they are cut into row groups
 * @param metadata words for the footer of the file, by key
 * @throws what `batches` throws. There is no usable file before the last piece.
 */
export type WriteFile = (
  columns: readonly FileColumn[],
  batches: AsyncIterable<ColumnBatch> | Iterable<ColumnBatch>,
  metadata?: Readonly<Record<string, string>>,
) => AsyncGenerator<Uint8Array>;
