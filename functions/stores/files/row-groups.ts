import type { ColumnBatch, FileColumn } from '../../core/queries/export/columnar.ts';
import type { ColumnData } from '../../core/series/table.ts';

/** One column of a row group: numbers (NaN is NULL), texts, or the text that all rows have. */
export type GroupColumn =
  | { readonly numbers: Float64Array; readonly nulls: number }
  | { readonly texts: readonly (string | null)[] }
  | { readonly constant: string };

export interface RowGroup {
  readonly length: number;
  readonly columns: readonly GroupColumn[];
}

/**
 * Cuts batches into row groups of `size` rows; the last one has the rest. A group is only good until the next one is requested:
 * its numbers lie in the same memory.
 */
export async function* rowGroups(
  columns: readonly FileColumn[],
  batches: AsyncIterable<ColumnBatch> | Iterable<ColumnBatch>,
  size: number,
): AsyncGenerator<RowGroup> {
  const filling = columns.map((column) => (isText(column) ? textColumn() : numberColumn(size)));
  let length = 0;
  const taken = (): RowGroup => {
    const group = { length, columns: filling.map((column) => column.take(length)) };
    length = 0;
    return group;
  };
  for await (const batch of batches) {
    for (let from = 0; from < batch.length; ) {
      const to = Math.min(batch.length, from + size - length);
      for (const [c, column] of filling.entries()) column.add(batch.columns[c]!, from, to, length);
      length += to - from;
      from = to;
      if (length === size) yield taken();
    }
  }
  if (length > 0) yield taken();
}

/** Whether the cells of a column are texts in a file; `jsonb` is. */
export const isText = ({ type }: FileColumn): boolean => type === 'text' || type === 'jsonb';

interface Filling {
  add(data: ColumnData, from: number, to: number, at: number): void;
  take(length: number): GroupColumn;
}

function numberColumn(size: number): Filling {
  const numbers = new Float64Array(size);
  return {
    add(data, from, to, at) {
      if (!(data instanceof Float64Array)) throw new TypeError('a column of numbers has no numbers');
      numbers.set(data.subarray(from, to), at);
    },
    take(length) {
      const all = numbers.subarray(0, length);
      let nulls = 0;
      for (let i = 0; i < length; i++) if (Number.isNaN(all[i])) nulls++;
      return { numbers: all, nulls };
    },
  };
}

/** Texts become a list where they are not all the same: of a symbol's rows there is one text. */
function textColumn(): Filling {
  let texts: (string | null)[] | undefined;
  let constant: string | undefined;
  return {
    add(data, from, to, at) {
      if (data instanceof Float64Array) throw new TypeError('a column of text has numbers');
      if ('constant' in data && !texts && (at === 0 || data.constant === constant)) {
        constant = data.constant;
        return;
      }
      texts ??= constant === undefined ? [] : new Array<string>(at).fill(constant);
      if ('constant' in data) for (let i = from; i < to; i++) texts.push(data.constant);
      else for (let i = from; i < to; i++) texts.push(data[i]!);
    },
    take() {
      const group = texts ? { texts } : { constant: constant! };
      texts = undefined;
      constant = undefined;
      return group;
    },
  };
}
