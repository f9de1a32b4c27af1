import { type CopyQuery, closeCopy, openCopy } from './copy-stream.ts';

/** A row is a message of its own: what packs and hashes would do so for each of them. */
const PIECE = 256 * 1024;

/**
 * The body of a `COPY … TO STDOUT` as it is, in pieces. Rows wait at the server while nobody reads on, and the query ends with the
 * loop that reads it.
 * @throws the server's own error
 */
export async function* copyBytes(query: CopyQuery): AsyncGenerator<Buffer> {
  const stream = await openCopy(query);
  let rows: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const row of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      rows.push(row);
      bytes += row.length;
      if (bytes < PIECE) continue;
      yield Buffer.concat(rows);
      rows = [];
      bytes = 0;
    }
    if (bytes > 0) yield Buffer.concat(rows);
  } finally {
    await closeCopy(stream, query);
  }
}
