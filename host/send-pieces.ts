import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/** A client that takes nothing for so long is gone; what it holds is a connection to the database. */
const STALLED_MS = 60_000;

/**
 * Sends an answer in pieces, compressed where the client takes gzip. A failure on the way breaks the connection off, so nobody
 * takes a part for the whole; whoever made the pieces has logged it.
 */
export function sendPieces(
  request: IncomingMessage,
  response: ServerResponse,
  headers: Readonly<Record<string, string>>,
  pieces: AsyncIterable<string>,
): void {
  const packed = /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/.test(
    String(request.headers['accept-encoding'] ?? ''),
  );
  response.writeHead(200, {
    ...headers,
    vary: 'Accept, Accept-Encoding',
    ...(packed && { 'content-encoding': 'gzip' }),
  });
  response.setTimeout(STALLED_MS, () => {
    // A query that takes its time before the next rows is no client that stalls.
    if (response.writableNeedDrain) response.destroy();
  });
  const source = Readable.from(pieces, { highWaterMark: 1 });
  const sent = packed ? pipeline(source, createGzip(), response) : pipeline(source, response);
  sent.catch(() => response.destroy());
}
