import { GordonError } from '../../core/errors/errors.ts';

/** An answer or a file that does not read as what it should be; asking again gives the same. */
export const malformed = (subject: string, message: string, cause?: unknown): GordonError =>
  new GordonError({
    code: 'malformed-rows',
    subject,
    message,
    cause,
  });

/**
 * An answer may be cut short on its way without anybody noticing, so what is no JSON at all is asked for again.
 * @throws GordonError `malformed-rows`, a `RetryableVenueError`
 */
export function readJson(body: Uint8Array, subject: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch (cause) {
    throw new GordonError({
      name: 'RetryableVenueError',
      code: 'malformed-rows',
      subject,
      cause,
      message: 'the answer is no JSON.',
      remedy: 'It is asked again by itself.',
    });
  }
}
