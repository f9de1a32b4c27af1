import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { cancelQuery } from '../postgres/cancel-query.ts';
import type { Runner } from '../postgres/postgres.ts';

/** A statement `copy (…) to stdout (format binary)` that has not been sent. */
export type CopyQuery = ReturnType<Runner['unsafe']>;

/** Sends a COPY. Each row is a piece of the stream; rows wait at the server while nobody reads on. @throws the server's own error */
export async function openCopy(query: CopyQuery): Promise<Readable> {
  const stream: Readable = await query.readable();
  // postgres.js takes a query for done once its stream is open, and would cancel nothing.
  Object.assign(query, { active: true });
  stream.once('close', () => Object.assign(query, { active: false, canceller: null }));
  // Where the last rows came faster than they were taken, postgres.js has paused its socket, and only a read would resume it: the
  // answer to the next statement would never come.
  stream.once('end', () => stream._read(0));
  return stream;
}

/** Ends the query of a stream that is not read to its end. Its connection then serves the next one. */
export async function closeCopy(stream: Readable, query: CopyQuery): Promise<void> {
  if (stream.readableEnded || stream.destroyed) return;
  const cancelled = cancelQuery(query);
  stream.removeAllListeners('data');
  stream.resume();
  // Its error is that it was cancelled.
  await Promise.all([once(stream, 'close').catch(() => {}), cancelled]);
}
