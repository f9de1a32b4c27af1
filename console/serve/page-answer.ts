import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { type File, PAGE_HEADERS } from './page.ts';

export interface FileAnswer {
  readonly statusCode: 200 | 304;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Preferred first: brotli is a tenth smaller. */
const ENCODINGS = { br: promisify(brotliCompress), gzip: promisify(gzip) } as const;

/** A body is compressed once: a file is one and the same object for as long as it does not change. */
const packed = new WeakMap<Uint8Array, Map<string, Promise<Uint8Array>>>();

/** A file of the console as this request takes it: compressed, or nothing where the client has it already. */
export async function fileAnswer({ type, body }: File, request: IncomingHttpHeaders): Promise<FileAnswer> {
  // Weak: the same file in each encoding.
  const etag = `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  const headers = { 'content-type': type, ...PAGE_HEADERS, etag, vary: 'Accept-Encoding' };
  if (request['if-none-match']?.split(/\s*,\s*/).includes(etag)) {
    return { statusCode: 304, headers, body: new Uint8Array() };
  }
  const encoding = (['br', 'gzip'] as const).find((one) => takes(request, one));
  if (!encoding) return { statusCode: 200, headers, body };
  return {
    statusCode: 200,
    headers: { ...headers, 'content-encoding': encoding },
    body: await compressed(body, encoding),
  };
}

const takes = (headers: IncomingHttpHeaders, encoding: string): boolean =>
  new RegExp(`\\b${encoding}\\b(?!\\s*;\\s*q=0(\\.0*)?\\s*(,|$))`).test(
    String(headers['accept-encoding'] ?? ''),
  );

function compressed(body: Uint8Array, encoding: keyof typeof ENCODINGS): Promise<Uint8Array> {
  const known = packed.get(body) ?? new Map<string, Promise<Uint8Array>>();
  packed.set(body, known);
  const made = known.get(encoding) ?? ENCODINGS[encoding](body);
  known.set(encoding, made);
  return made;
}
