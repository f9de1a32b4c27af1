import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { Batch, TableSpec } from '../../core/series/table.ts';
import type { Transaction } from '../postgres/postgres.ts';
import { copyDataSender } from '../postgres/session-sockets.ts';
import { encodeCopy } from './copy-encoder.ts';

/**
 * Writes batches with one binary COPY. Memory does not grow with them: the next buffer is made after the socket has taken the
 * one before.
 * @param target the table to copy into, quoted; its columns must be those of the spec
 * @returns the number of rows that the server reports as written
 * @throws the server's own error, such as 23505; the caller must then roll the transaction back
 */
export function copyRows(
  tx: Transaction,
  target: string,
  table: TableSpec,
  batches: Iterable<Batch>,
): Promise<number> {
  const columns = table.columns.map((column) => quoted(column.name)).join(', ');
  return copyBuffers(
    tx,
    `copy ${target} (${columns}) from stdin (format binary)`,
    encodeCopy(table, batches),
  );
}

/**
 * Sends the body of a COPY. A buffer is sent before the next one is requested, so its memory may be used again.
 * @param statement `copy … from stdin`
 * @returns and @throws as `copyRows`; also what `buffers` throws
 */
export async function copyBuffers(
  tx: Transaction,
  statement: string,
  buffers: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<number> {
  const query = tx.unsafe(statement);
  // postgres.js settles the query when the stream opens. An error that arrives after the last byte was sent then has no
  // listener: the stream neither ends nor fails. It still reaches the query's `reject`, so that is where we listen.
  const { promise: failure, reject } = Promise.withResolvers<never>();
  Object.assign(query, { reject });
  failure.catch(() => {});

  const stream: Writable = await Promise.race([query.writable(), failure]);
  // In the same way the server's final message, with its count, goes to `resolve`.
  const { promise: ended, resolve: end } = Promise.withResolvers<{ readonly count: number }>();
  Object.assign(query, { resolve: end });
  stream.on('error', reject);
  const send = copyDataSender(tx) ?? stream.write.bind(stream);
  try {
    for await (const buffer of buffers) {
      const { promise: taken, resolve } = Promise.withResolvers<unknown>();
      // Called with an error too, of which the connection informs the query.
      send(buffer, resolve);
      await Promise.race([taken, failure]);
    }
  } catch (error) {
    // Makes the server abandon the COPY. Its answer is not awaited here; the rollback is queued behind it.
    if (!stream.destroyed) stream.destroy(error as Error);
    throw error;
  }
  stream.end();
  await Promise.race([once(stream, 'finish'), failure]);
  return (await Promise.race([ended, failure])).count;
}

/** A name as a quoted SQL identifier. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** `"market_data"."spot_klines"` */
export const tableName = ({ name }: Pick<TableSpec, 'name'>): string => `"market_data".${quoted(name)}`;

/**
 * COPYs of many rows that may run into one table at the same time. Each extends the table's file, which PostgreSQL allows only
 * one at a time (`Lock: extend`). Beyond a handful they mostly wake one another: 40 reached two thirds of the throughput of 8.
 * Those of one symbol always share a slot: one COPY behind the other, in the order of the key, takes 0.6 of the server's time
 * that they take side by side, and leaves an index of 41 bytes a row instead of 67.
 */
const COPY_SLOTS = 8;

/** Fewer rows fit into existing pages, or need so few new ones that waiting for a slot costs more than it saves. */
export const WORTH_A_SLOT = 10_000;

/** Waits for the slot of a symbol, in the order of arrival, and keeps it until the transaction ends. */
export async function acquireCopySlot(tx: Transaction, { name }: TableSpec, symbol: string): Promise<void> {
  await tx`
    select market_data.take_locks('copy',
      jsonb_build_array(${`${name} `} || abs(hashtext(${symbol}) % ${COPY_SLOTS}::int)))`;
}
