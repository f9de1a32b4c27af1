import type { Readable } from 'node:stream';
import type { ColumnBatch } from '../../core/queries/export/columnar.ts';
import type { Column } from '../../core/series/table.ts';
import { CopyDecoder } from './copy-decoder.ts';
import { type CopyQuery, closeCopy, openCopy } from './copy-stream.ts';

/** Rows of a batch: about a megabyte. */
const BATCH = 8_192;

/**
 * Reads a binary COPY: that is four times as fast as rows from a cursor. Rows wait at the server while nobody reads on; the query
 * ends with the loop that reads it, and its connection then serves the next one.
 * @param columns what it selects, in order
 * @throws the server's own error
 */
export async function* readCopy(query: CopyQuery, columns: readonly Column[]): AsyncGenerator<ColumnBatch> {
  const stream = await openCopy(query);
  try {
    yield* decoded(stream, new CopyDecoder(columns, BATCH));
  } finally {
    await closeCopy(stream, query);
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
