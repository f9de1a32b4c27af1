import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type { ColumnBatch } from '../../core/queries/export/columnar.ts';
import type { Column } from '../../core/series/table.ts';
import type { Runner } from '../postgres/postgres.ts';
import { CopyDecoder } from './copy-decoder.ts';

/** Rows of a batch: about a megabyte. */
const BATCH = 8_192;

/** A statement `copy (…) to stdout (format binary)` that has not been sent. */
export type CopyQuery = ReturnType<Runner['unsafe']>;

/**
 * Reads a binary COPY: that is four times as fast as rows from a cursor. Rows wait at the server while nobody reads on; the query
 * ends with the loop that reads it, and its connection then serves the next one.
 * @param columns what it selects, in order
 * @throws the server's own error
 */
export async function* readCopy(query: CopyQuery, columns: readonly Column[]): AsyncGenerator<ColumnBatch> {
  const stream: Readable = await query.readable();
  try {
    yield* decoded(stream, new CopyDecoder(columns, BATCH));
  } finally {
    if (!stream.readableEnded && !stream.destroyed) await abandon(stream, query);
  }
}

/** One event for each row: an async iteration of its own would cost more than the row. */
async function* decoded(stream: Readable, decoder: CopyDecoder): AsyncGenerator<ColumnBatch> {
  let turn = Promise.withResolvers<void>();
  let ended = false;
  stream.on('data', (bytes: Buffer) => {
    try {
      decoder.push(bytes);
    } catch (error) {
      turn.reject(error);
    }
    if (!decoder.full) return;
    stream.pause();
    turn.resolve();
  });
  stream.once('error', (error) => turn.reject(error));
  stream.once('end', () => {
    ended = true;
    // As in copyBytes: the socket may be paused.
    stream._read(0);
    turn.resolve();
  });
  for (;;) {
    await turn.promise;
    turn = Promise.withResolvers();
    turn.promise.catch(() => {});
    if (decoder.length > 0) yield decoder.take();
    if (ended) return;
    stream.resume();
  }
}

async function abandon(stream: Readable, query: CopyQuery): Promise<void> {
  query.cancel();
  stream.removeAllListeners('data');
  stream.resume();
  // Its error is that it was cancelled.
  await once(stream, 'close').catch(() => {});
}
