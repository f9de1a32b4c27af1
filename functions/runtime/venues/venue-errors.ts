import { describeError, GordonError } from '../../core/errors/errors.ts';
import type { Host, HttpRequest, Verdict } from '../../core/series/venue.ts';
import { TimedOut, Unacceptable } from './read-answer.ts';

/** Why no answer came of a request. @param cause what reading it threw */
export function noAnswer(url: string, host: Host, cause: unknown): GordonError {
  if (cause instanceof TimedOut) return timedOut(url, cause);
  return cause instanceof Unacceptable ? unacceptable(url, cause) : connectionFailed(url, host, cause);
}

const unacceptable = (url: string, cause: Unacceptable): GordonError =>
  new GordonError({
    code: 'unacceptable-answer',
    subject: url,
    cause,
    status: 502,
    message: `${cause.message}.`,
  });

function connectionFailed(url: string, host: Host, cause: unknown): GordonError {
  return new GordonError({
    code: 'connection-failed',
    subject: url,
    cause,
    status: 502,
    message: `the connection failed: ${describeError(cause)}.`,
    remedy:
      `Check that this machine reaches ${new URL(url).host}. Behind a proxy set HTTPS_PROXY and NODE_USE_ENV_PROXY=1; ` +
      `${host.env} points at another address; \`make demo\` works without the internet, on simulated data.`,
  });
}

const timedOut = (url: string, cause: unknown): GordonError =>
  new GordonError({
    code: 'timed-out',
    subject: url,
    cause,
    status: 504,
    message: 'the venue did not answer in time.',
  });

/** The venue answered, and the answer cannot be used. @param message a sentence on what is wrong with it */
export const brokenVenue = (url: string, message: string, remedy?: string): GordonError =>
  new GordonError({
    code: 'venue-broken',
    subject: url,
    message,
    status: 502,
    remedy,
  });

/** @param env the variable that would hold the key */
export const keyMissing = (env: string): GordonError =>
  new GordonError({
    code: 'key-missing',
    subject: env,
    status: 422,
    message: 'the key that this source needs is not set.',
    remedy: `Set ${env} in the environment.`,
  });

/** What no later attempt can change. */
export function permanentRefusal(
  request: HttpRequest,
  url: string,
  verdict: Extract<Verdict, { kind: 'region' | 'unknown-symbol' | 'refused' }>,
): GordonError {
  const { message } = verdict;
  if (verdict.kind === 'region') {
    return new GordonError({
      code: 'region-refused',
      subject: url,
      status: 502,
      message: `this address is not served: ${message}`,
      remedy: verdict.remedy,
    });
  }
  if (verdict.kind === 'unknown-symbol') {
    return new GordonError({
      code: 'unknown-symbol',
      subject: String(request.symbol ?? request.query?.symbol ?? url),
      status: 422,
      message: `${request.venue.id} does not know this symbol (${message}).`,
    });
  }
  return new GordonError({
    code: 'venue-refused',
    subject: url,
    status: 502,
    message: `the venue refused the request: ${message}`,
  });
}
