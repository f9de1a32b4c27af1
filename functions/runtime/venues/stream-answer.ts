import type { HttpAnswer } from '../../core/series/venue.ts';
import { open, type Patience, TimedOut } from './read-answer.ts';

export interface StreamedAnswer extends Pick<HttpAnswer, 'status' | 'headers' | 'body'> {
  /** of an answer that is not a refusal; a refusal is short, and its text is the `body` */
  readonly pieces: AsyncIterable<Uint8Array>;
}

/** What is read of a refusal. */
const REFUSAL_BYTES = 64 * 1024;

/**
 * Sends a GET and gives its body piece by piece: what is held of it is one piece. The connection ends when the reader's loop does,
 * however that ends, and also while a piece is awaited. A reader may take its time: only the venue's is counted.
 * @param lost the error of a connection that ends while pieces are read
 * @throws whatever `fetch` throws, and `TimedOut`
 */
export async function streamAnswer(
  send: typeof fetch,
  url: string,
  patience: Patience,
  lost: (cause: unknown) => Error,
): Promise<StreamedAnswer> {
  const controller = new AbortController();
  const within = async <T>(ms: number, what: string, work: Promise<T>): Promise<T> => {
    const late = () => controller.abort(new TimedOut(`no ${what} within ${ms / 1000} s`));
    const timer = setTimeout(late, ms);
    try {
      return await work;
    } catch (error) {
      throw controller.signal.aborted ? controller.signal.reason : error;
    } finally {
      clearTimeout(timer);
    }
  };
  // No generator: the end of its reader's loop would wait for the piece that it awaits.
  function piecesOf({ body }: Response): AsyncIterableIterator<Uint8Array> {
    const reader = body?.getReader();
    const end = { done: true, value: undefined } as const;
    return {
      [Symbol.asyncIterator]() {
        return this;
      },
      async next() {
        try {
          const read = reader && (await within(patience.stallMs, 'more of the body', reader.read()));
          return read?.done === false ? read : end;
        } catch (cause) {
          throw lost(cause);
        }
      },
      async return() {
        controller.abort();
        return end;
      },
    };
  }
  const response = await within(patience.firstByteMs, 'answer', open(send, url, controller.signal));
  const { status } = response;
  const pieces = piecesOf(response);
  const refusal = status < 300 ? [] : await beginning(pieces);
  return {
    status,
    headers: Object.fromEntries(response.headers),
    body: Buffer.concat(refusal),
    pieces,
  };
}

async function beginning(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const out: Uint8Array[] = [];
  let length = 0;
  for await (const piece of pieces) {
    out.push(piece);
    length += piece.length;
    if (length >= REFUSAL_BYTES) break;
  }
  return out;
}
