import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { takesGzip } from './send-pieces.ts';

const packed = promisify(gzip);

/** Fits into one packet anyway. */
const SMALL_BYTES = 1_400;

/** Sends an answer whose body is there; text is compressed where the client takes gzip. */
export function sendWhole(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array,
): void {
  if (typeof body !== 'string' || body.length < SMALL_BYTES || !takesGzip(request)) {
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
    return;
  }
  packed(body).then(
    (bytes) =>
      response
        .writeHead(status, {
          ...headers,
          'content-encoding': 'gzip',
          vary: 'Accept-Encoding',
          'content-length': bytes.length,
        })
        .end(bytes),
    () => response.destroy(),
  );
}
