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

/** The answer is larger than any request of ours can have, or lies at another host. */
export class Unacceptable extends Error {
  override readonly name = 'Unacceptable';
}

interface Exchange {
  /** the body of a POST; undefined: a GET is sent */
  readonly json?: string | undefined;
  /** bytes that a body may have, decoded */
  readonly most?: number | undefined;
  /** called when the headers of the answer are there */
  readonly arrived?: (() => void) | undefined;
}

/** Several times the largest object of an archive: a month of seconds of the busiest symbol. */
export const LARGEST_ANSWER = 256 * 1024 * 1024;

/** A host may move a path, but hardly twice. */
const MOST_REDIRECTS = 3;

/**
 * Sends a request and reads the whole answer.
 * @throws whatever `fetch` throws, `TimedOut`, and `Unacceptable`
 */
export async function readAnswer(
  send: typeof fetch,
  url: string,
  patience: Patience,
  { json, most = LARGEST_ANSWER, arrived }: Exchange = {},
): Promise<Omit<HttpAnswer, 'asOf' | 'url'>> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const expect = (ms: number, what: string) => {
    clearTimeout(timer);
    timer = setTimeout(() => controller.abort(new TimedOut(`no ${what} within ${ms / 1000} s`)), ms);
  };
  try {
    expect(patience.firstByteMs, 'answer');
    const response = await open(send, url, controller.signal, json);
    arrived?.();
    const body = new Body(announcedBytes(response));
    if (response.body) {
      expect(patience.stallMs, 'more of the body');
      for await (const piece of response.body) {
        body.push(piece);
        // Leaving the loop closes the connection.
        if (body.length > most) throw new Unacceptable(`the answer is larger than ${most} bytes`);
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

/**
 * Sends a request and follows its redirects. @throws whatever `fetch` throws, and `Unacceptable`
 * @param json the body of a POST; undefined: a GET is sent
 */
export function open(send: typeof fetch, url: string, signal: AbortSignal, json?: string): Promise<Response> {
  const headers = { 'user-agent': 'gordon-data', accept: '*/*' };
  const post =
    json === undefined
      ? { headers }
      : { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: json };
  return follow(url, json === undefined ? REDIRECTS : POST_REDIRECTS, (to) =>
    send(to, { ...post, signal, redirect: 'manual' }),
  );
}

/**
 * Follows redirects that stay on the host. Elsewhere is somebody whose answer proves nothing about the venue, or an address within
 * our network that only we reach.
 */
async function follow(
  url: string,
  statuses: ReadonlySet<number>,
  send: (url: string) => Promise<Response>,
): Promise<Response> {
  let at = url;
  for (let followed = 0; ; followed++) {
    const response = await send(at);
    const target = statuses.has(response.status) ? targetOf(response, at) : undefined;
    if (!target) return response;
    await response.body?.cancel();
    // Not the target itself: its query may hold a key.
    if (!isSameHost(at, target)) throw new Unacceptable(`it redirects to another host, ${target.host}`);
    if (followed === MOST_REDIRECTS) throw new Unacceptable(`it redirects more than ${MOST_REDIRECTS} times`);
    at = target.href;
  }
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Those that keep method and body. After the others a GET would be sent, whose answer is to another question. */
const POST_REDIRECTS: ReadonlySet<number> = new Set([307, 308]);

/** Where a redirect sends us; undefined when it does not say. */
function targetOf({ headers }: Response, from: string): URL | undefined {
  const location = headers.get('location');
  return (location !== null && URL.parse(location, from)) || undefined;
}

/** The same host and port, or its TLS; never from TLS to plain text. */
function isSameHost(from: string, to: URL): boolean {
  const { protocol, host, hostname } = new URL(from);
  return (
    (protocol === to.protocol && host === to.host) || (hostname === to.hostname && to.protocol === 'https:')
  );
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

  get length(): number {
    return this.#length;
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
