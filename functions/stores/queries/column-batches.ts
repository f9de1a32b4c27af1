import { fileColumns } from '../../core/queries/columns.ts';
import type { ColumnBatch } from '../../core/queries/export/columnar.ts';
import type { RowsRequest } from '../../core/queries/ports.ts';
import type { CopyQuery } from '../copy/copy-stream.ts';
import { readCopy } from '../copy/read-copy.ts';
import { type Sql, storeError } from '../postgres/postgres.ts';
import { rowsSql, withLiterals } from './row-sql.ts';

/**
 * All rows of the range, oldest first, as `readCopy` reads them.
 * @throws GordonError when the query fails; the reason of `signal` when that ends it
 */
export async function* columnBatches(
  sql: Sql,
  request: RowsRequest,
  signal: AbortSignal,
): AsyncGenerator<ColumnBatch> {
  const query = sql`copy (${rowsSql(withLiterals(sql), request)}) to stdout (format binary)` as CopyQuery;
  const stop = (): void => query.cancel();
  signal.addEventListener('abort', stop);
  try {
    signal.throwIfAborted();
    for await (const batch of readCopy(query, fileColumns([request]))) {
      yield batch;
      signal.throwIfAborted();
    }
  } catch (error) {
    throw signal.aborted ? signal.reason : storeError(error, request.table.name);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
