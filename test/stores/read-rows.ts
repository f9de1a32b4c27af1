import { fileColumns } from '../../functions/core/queries/columns.ts';
import type { CoverageQueries, RowsRequest } from '../../functions/core/queries/ports.ts';
import { iso } from '../../functions/core/time/time.ts';

/** All rows of a request as its pages have them, and the lengths of the batches in which they came. */
export async function readRows(queries: Pick<CoverageQueries, 'batches'>, request: RowsRequest) {
  const columns = fileColumns([request]);
  const rows: Record<string, unknown>[] = [];
  const lengths: number[] = [];
  for await (const batch of queries.batches(request, new AbortController().signal)) {
    lengths.push(batch.length);
    for (let i = 0; i < batch.length; i++) {
      const cells = columns.map(({ name, type }, c) => {
        const data = batch.columns[c]!;
        const value = 'constant' in data ? data.constant : data[i]!;
        if (typeof value !== 'number') return [name, value];
        if (Number.isNaN(value)) return [name, null];
        return [name, type === 'timestamptz' ? iso(value) : value];
      });
      rows.push(Object.fromEntries(cells));
    }
  }
  return { rows, lengths };
}
