import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { describeError } from '../../core/errors/errors.ts';
import { free, PIECE } from './pieces.ts';

const MAGIC = [0x1f, 0x8b];

/**
 * A file that is packed by gzip, unpacked while it arrives: what is held of it is a few pieces, however long it is. What is not packed
 * comes as it is, for a proxy or `fetch` itself may have unpacked it. A piece is valid until the next one is read.
 * @param damaged the error of what is not a whole gzip; what reading the pieces throws is thrown as it is
 */
export async function* gunzipped(
  packed: AsyncIterable<Uint8Array>,
  damaged: (why: string, cause: unknown) => Error,
): AsyncGenerator<Uint8Array> {
  const pieces = packed[Symbol.asyncIterator]();
  const end = async () => {
    await pieces.return?.();
  };
  try {
    const first = await longEnough(pieces);
    const all = rejoined(first, pieces);
    if (MAGIC.some((byte, i) => first[i] !== byte)) return yield* all;
    yield* unpacked(all, damaged, end);
  } finally {
    await end();
  }
}

async function* unpacked(
  packed: AsyncIterable<Uint8Array>,
  damaged: (why: string, cause: unknown) => Error,
  end: () => Promise<void>,
): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: PIECE });
  const source = Readable.from(packed, { objectMode: true, highWaterMark: 1 });
  let failed: { readonly error: unknown } | undefined;
  const done = pipeline(source, gunzip).catch((error: unknown) => {
    failed = { error };
  });
  try {
    for await (const piece of gunzip as AsyncIterable<Uint8Array>) {
      yield piece;
      free(piece);
    }
  } catch (error) {
    const cause = failed?.error ?? error;
    throw isZlib(cause) ? damaged(`the gzip cannot be read: ${describeError(cause)}.`, cause) : cause;
  } finally {
    // First the connection: what awaits its next piece is over then.
    await end();
    gunzip.destroy();
    source.destroy();
    await done;
  }
}

const isZlib = (error: unknown): boolean =>
  error instanceof Error && String((error as NodeJS.ErrnoException).code ?? '').startsWith('Z_');

/** The first bytes, as many as show whether it is gzip, where there are as many. */
async function longEnough(pieces: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let first = new Uint8Array();
  while (first.length < MAGIC.length) {
    const next = await pieces.next();
    if (next.done) break;
    first = Buffer.concat([first, next.value]);
  }
  return first;
}

async function* rejoined(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first;
  for (;;) {
    const next = await rest.next();
    if (next.done) return;
    yield next.value;
  }
}
