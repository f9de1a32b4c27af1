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
    const pieces: Uint8Array[] = [];
    if (response.body) {
      expect(patience.stallMs, 'more of the body');
      for await (const piece of response.body) {
        pieces.push(piece);
        expect(patience.stallMs, 'more of the body');
      }
    }
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces),
    };
  } catch (error) {
    // Depending on the phase an aborted fetch rejects with the reason or with an AbortError of its own.
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}
