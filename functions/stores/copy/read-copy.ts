import type { Readable } from 'node:stream';
import type { ColumnBatch } from '../../core/queries/export/columnar.ts';
import type { Column } from '../../core/series/table.ts';
import type { Runner } from '../postgres/postgres.ts';
import { copyDataReceiver } from '../postgres/session-sockets.ts';
import { CopyDecoder } from './copy-decoder.ts';
import { type CopyQuery, closeCopy, openCopy } from './copy-stream.ts';

/** Rows of a batch: about a megabyte. */
const BATCH = 8_192;

/**
 * Reads a binary COPY: that is many times as fast as rows from a cursor. Rows wait at the server while nobody reads on; the query
 * ends with the loop that reads it, and its session then serves the next one. A batch is good until the next one is requested.
 * @param session of a transaction, in which nothing else is under way
 * @param query of that session; has not been sent
 * @param columns what it selects, in order
 * @throws the server's own error
 */
export async function* readCopy(
  session: Runner,
  query: CopyQuery,
  columns: readonly Column[],
): AsyncGenerator<ColumnBatch> {
  const decoder = new CopyDecoder(columns, BATCH);
  const arrival = new Arrival(decoder);
  const direct = copyDataReceiver(session, arrival.take);
  try {
    const stream = await openCopy(query);
    try {
      if (!direct) stream.on('data', arrival.take);
      yield* batches(decoder, arrival, stream, direct ?? stream);
    } finally {
      direct?.close();
      direct?.resume();
      await closeCopy(stream, query);
    }
  } finally {
    direct?.close();
  }
}

/** Data as it arrives, row by row: an async iteration for each of them would cost more than the row. */
class Arrival {
  readonly #decoder: CopyDecoder;
  #turn = Promise.withResolvers<void>();
  onFull: () => void = () => {};

  constructor(decoder: CopyDecoder) {
    this.#decoder = decoder;
  }

  readonly take = (bytes: Buffer, from?: number, to?: number): void => {
    try {
      this.#decoder.push(bytes, from, to);
    } catch (error) {
      this.#turn.reject(error);
    }
    if (!this.#decoder.full) return;
    this.onFull();
    this.#turn.resolve();
  };

  readonly end = (): void => this.#turn.resolve();
  readonly fail = (error: unknown): void => this.#turn.reject(error);

  /** Waits for a full batch or the end. @throws what it failed with */
  async some(): Promise<void> {
    await this.#turn.promise;
    this.#turn = Promise.withResolvers();
    this.#turn.promise.catch(() => {});
  }
}

async function* batches(
  decoder: CopyDecoder,
  arrival: Arrival,
  stream: Readable,
  flow: { pause(): unknown; resume(): unknown },
): AsyncGenerator<ColumnBatch> {
  let ended = false;
  arrival.onFull = () => flow.pause();
  stream.once('error', arrival.fail);
  stream.once('end', () => {
    ended = true;
    arrival.end();
  });
  // Without data it has to flow to end.
  stream.resume();
  if (decoder.full) flow.pause();
  for (;;) {
    await arrival.some();
    while (decoder.full || (ended && decoder.length > 0)) yield decoder.take();
    if (ended) return;
    flow.resume();
  }
}
