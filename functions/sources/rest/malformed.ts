import { GordonError } from '../../core/errors/errors.ts';

/** The error for an answer or a file that cannot be parsed; a retry gives the same. */
export const malformed = (subject: string, message: string, cause?: unknown): GordonError =>
  new GordonError({
    code: 'malformed-rows',
    subject,
    message,
    cause,
  });

/** Making one takes longer than a small answer. */
const UTF8 = new TextDecoder();

/**
 * Parses an answer. It may have been cut short on its way, so an answer that is not JSON at all is requested again.
 * @throws GordonError `malformed-rows`, a `RetryableVenueError`
 */
export function readJson(body: Uint8Array, subject: string): unknown {
  try {
    return JSON.parse(UTF8.decode(body));
  } catch (cause) {
    throw new GordonError({
      name: 'RetryableVenueError',
      code: 'malformed-rows',
      subject,
      cause,
      message: 'the answer is not JSON.',
      remedy: 'It is requested again automatically.',
    });
  }
}
