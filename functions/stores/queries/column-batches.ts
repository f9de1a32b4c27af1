import { columnsOf, fileColumns } from '../../core/queries/columns.ts';
import type { ColumnBatch } from '../../core/queries/export/columnar.ts';
import type { RowsRequest } from '../../core/queries/ports.ts';
import { type ColumnData, timeColumn } from '../../core/series/table.ts';
import type { CopyQuery } from '../copy/copy-stream.ts';
import { readCopy } from '../copy/read-copy.ts';
import { cancelQuery } from '../postgres/cancel-query.ts';
import type { Fragment } from '../postgres/fragments.ts';
import { guardedRows, type Sql, type Transaction } from '../postgres/postgres.ts';
import { candlesSql } from './candle-sql.ts';
import { orderOf, plainSql, type Writer, withLiterals } from './row-sql.ts';

/**
 * All rows of the range, oldest first, as `readCopy` reads them.
 * @throws GordonError when the query fails; the reason of `signal` when that ends it
 */
export async function* columnBatches(
  sql: Sql,
  request: RowsRequest,
  signal: AbortSignal,
): AsyncGenerator<ColumnBatch> {
  try {
    yield* guardedRows(request.table.name, () => readBatches(sql, request, signal));
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}

async function* readBatches(
  sql: Sql,
  request: RowsRequest,
  signal: AbortSignal,
): AsyncGenerator<ColumnBatch> {
  const { travelling, whole } = withoutConstants(request);
  let query: CopyQuery | undefined;
  let cancelled: Promise<void> | undefined;
  const stop = (): void => {
    if (query) cancelled = cancelQuery(query);
  };
  signal.addEventListener('abort', stop);
  try {
    signal.throwIfAborted();
    await using session = await holdSession(sql);
    const { tx } = session;
    query = tx`copy (${rowsSql(withLiterals(tx), travelling)}) to stdout (format binary)` as CopyQuery;
    signal.throwIfAborted();
    try {
      for await (const batch of readCopy(tx, query, fileColumns([travelling]))) {
        yield whole(batch);
        signal.throwIfAborted();
      }
    } finally {
      await cancelled;
    }
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** All rows that a request is about, oldest first. Names come from the table's spec. */
function rowsSql(to: Writer, request: RowsRequest): Fragment {
  const { sql } = to;
  if (!request.candles) {
    return sql`${plainSql(to, request)} order by ${orderOf(sql, request.table, sql`asc`)}`;
  }
  const time = sql(timeColumn(request.table));
  return sql`
    select ${sql([...columnsOf(request)])} from (${candlesSql(to, request, request)}) made order by made.${time}`;
}

/** Keys that are equal in all rows, because the request names their value, do not travel with each of them. */
function withoutConstants(request: RowsRequest): {
  readonly travelling: RowsRequest;
  whole(batch: ColumnBatch): ColumnBatch;
} {
  const names = columnsOf(request);
  const travels = names.filter((name) => !Object.hasOwn(request.where, name));
  // Their number is that of the rows.
  if (travels.length === 0 || travels.length === names.length) {
    return { travelling: request, whole: (batch) => batch };
  }
  const places = names.map((name) => travels.indexOf(name));
  return {
    travelling: { ...request, columns: travels },
    whole: ({ length, columns }) => ({
      length,
      columns: places.map(
        (place, c): ColumnData => (place < 0 ? { constant: request.where[names[c]!]! } : columns[place]!),
      ),
    }),
  };
}

/** A transaction that lasts as long as this is held. */
async function holdSession(sql: Sql): Promise<AsyncDisposable & { readonly tx: Transaction }> {
  const begun = Promise.withResolvers<Transaction>();
  const over = Promise.withResolvers<void>();
  const running = sql.begin((tx) => {
    begun.resolve(tx);
    return over.promise;
  }, 'read only');
  running.catch(begun.reject);
  const tx = await begun.promise;
  return {
    tx,
    async [Symbol.asyncDispose]() {
      over.resolve();
      // A lost connection has been the error of what it was held for, and there is nothing to commit.
      await running.catch(() => {});
    },
  };
}
