import type { HttpAnswer } from '../../core/series/venue.ts';

export interface Patience {
  /** ms until the first byte of an answer; venues give up on themselves after ten seconds */
  readonly firstByteMs: number;
  /** ms between two pieces of a body: a large file may take long, a stalled one may not */
  readonly stallMs: number;
}

/** Thrown into a fetch that takes too long. */
export class TimedOut extends Error {
  override readonly name = 'TimedOut';
}

/**
 * Sends a GET and reads the whole answer.
 * @throws whatever `fetch` throws, and `TimedOut`
 */
export async function readAnswer(
  send: typeof fetch,
  url: string,
  patience: Patience,
): Promise<Omit<HttpAnswer, 'asOf' | 'url'>> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const expect = (ms: number, what: string) => {
    clearTimeout(timer);
    timer = setTimeout(() => controller.abort(new TimedOut(`no ${what} within ${ms / 1000} s`)), ms);
  };
  try {
    expect(patience.firstByteMs, 'answer');
    const headers = { 'user-agent': 'gordon-data', accept: '*/*' };
    const response = await send(url, { headers, signal: controller.signal });
    const body = new Body(announcedBytes(response));
    if (response.body) {
      expect(patience.stallMs, 'more of the body');
      for await (const piece of response.body) {
        body.push(piece);
        expect(patience.stallMs, 'more of the body');
      }
    }
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      ...body.take(),
    };
  } catch (error) {
    // Depending on the phase an aborted fetch rejects with the reason or with an AbortError of its own.
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}

/** The length of a body as it is sent; 0 where it is not known, or where `fetch` decodes the body and its length is another. */
function announcedBytes({ headers }: Response): number {
  if (headers.has('content-encoding')) return 0;
  const length = Number(headers.get('content-length') ?? 0);
  return Number.isSafeInteger(length) && length > 0 ? Math.min(length, LARGEST_AT_ONCE) : 0;
}

/** No header makes us take more memory than this before a byte has come. */
const LARGEST_AT_ONCE = 16 * 1024 * 1024;

/** Gathers a body in one buffer. What is left to the garbage collector calls it: its pieces would be as much again. */
class Body {
  #bytes: Buffer;
  #length = 0;

  constructor(expected: number) {
    this.#bytes = Buffer.allocUnsafeSlow(expected);
  }

  push(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (length > this.#bytes.length) this.#grow(Math.max(length, 2 * this.#bytes.length));
    this.#bytes.set(piece, this.#length);
    this.#length = length;
    // `fetch` hands each piece over in a buffer of its own.
    if (piece.byteLength === piece.buffer.byteLength) free(piece);
  }

  take(): Pick<HttpAnswer, 'body' | 'release'> {
    const bytes = this.#bytes;
    return { body: bytes.subarray(0, this.#length), release: () => free(bytes) };
  }

  #grow(size: number): void {
    const grown = Buffer.allocUnsafeSlow(size);
    grown.set(this.#bytes.subarray(0, this.#length));
    free(this.#bytes);
    this.#bytes = grown;
  }
}

/** Its bytes are gone at once. */
function free({ buffer }: Uint8Array): void {
  (buffer as ArrayBuffer).transfer(0);
}
