import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { EVENT_STREAM } from '../../functions/core/api/operation.ts';

/** A client that takes nothing for this long is gone; what it holds is a connection to the database. */
const STALLED_MS = 60_000;

/** Whether the client takes gzip. */
export const takesGzip = (request: IncomingMessage): boolean =>
  /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/.test(String(request.headers['accept-encoding'] ?? ''));

/**
 * Sends an answer in pieces, compressed where the client takes gzip and the length is not known. A failure on the way breaks the
 * connection off, so nobody takes a part for the whole; the maker of the pieces has logged it.
 */
export function sendPieces(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  pieces: AsyncIterable<string | Uint8Array>,
): void {
  // A compressor would keep an event back until more has come.
  const immediate = headers['content-type'] === EVENT_STREAM;
  const packed =
    headers['content-length'] === undefined && status === 200 && !immediate && takesGzip(request);
  response.writeHead(status, {
    ...headers,
    vary: 'Accept, Accept-Encoding',
    ...(packed && { 'content-encoding': 'gzip' }),
  });
  response.setTimeout(STALLED_MS, () => {
    // A query that takes its time before the next rows is not a client that stalls.
    if (response.writableNeedDrain) response.destroy();
  });
  const source = pieces instanceof Readable ? pieces : Readable.from(pieces, { highWaterMark: 1 });
  if (request.method === 'HEAD') {
    source.on('error', () => {}).destroy();
    response.end();
    return;
  }
  const sent = packed ? pipeline(source, createGzip(), response) : pipeline(source, response);
  sent.catch(() => response.destroy());
}
