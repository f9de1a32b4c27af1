import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { takesGzip } from './send-pieces.ts';

const packed = promisify(gzip);

/** Fits into one packet anyway. */
const SMALL_BYTES = 1_400;

/** A page that polls gets an answer again only when it has changed: a browser sends the tag back by itself. */
function tagged(
  { method }: IncomingMessage,
  status: number,
  given: Readonly<Record<string, string>>,
  body: string | Uint8Array,
): Readonly<Record<string, string>> {
  if (method !== 'GET' || status !== 200 || typeof body !== 'string' || given.etag) return given;
  // Weak: the same answer, compressed or not.
  const etag = `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  return { 'cache-control': 'no-cache', ...given, etag };
}

/** Sends an answer whose body is there; text is compressed where the client takes gzip. */
export function sendWhole(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  given: Readonly<Record<string, string>>,
  body: string | Uint8Array,
): void {
  const headers = tagged(request, status, given, body);
  if (status === 200 && headers.etag && request.headers['if-none-match'] === headers.etag) {
    response.writeHead(304, headers).end();
    return;
  }
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
