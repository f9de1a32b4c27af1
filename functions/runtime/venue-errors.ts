import { describeError, GordonError } from '../core/errors.ts';
import type { Host, HttpRequest, Verdict } from '../core/venue.ts';

export function connectionFailed(url: string, host: Host, cause: unknown): GordonError {
  return new GordonError({
    name: 'RetryableVenueError',
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

export const timedOut = (url: string, cause: unknown): GordonError =>
  new GordonError({
    name: 'RetryableVenueError',
    code: 'timed-out',
    subject: url,
    cause,
    status: 504,
    message: 'the venue did not answer in time.',
    remedy: 'It is asked again by itself.',
  });

export const brokenVenue = (url: string, message: string, remedy?: string): GordonError =>
  new GordonError({
    name: 'RetryableVenueError',
    code: 'venue-broken',
    subject: url,
    message,
    status: 502,
    remedy: remedy ?? 'It is asked again by itself.',
  });

export const keyMissing = (env: string): GordonError =>
  new GordonError({
    name: 'PermanentError',
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
    const words = { message: `this address is not served: ${message}`, remedy: verdict.remedy };
    return permanent('region-refused', url, words);
  }
  if (verdict.kind === 'unknown-symbol') {
    const symbol = String(request.query?.symbol ?? url);
    const words = {
      message: `${request.venue.id} does not know this symbol (${message}).`,
      remedy: 'Check its spelling at the venue; a symbol that never traded there has no history.',
    };
    return permanent('unknown-symbol', symbol, words, 422);
  }
  const words = {
    message: `the venue refused the request: ${message}`,
    remedy: 'The request is at fault; report it with this message.',
  };
  return permanent('venue-refused', url, words);
}

const permanent = (
  code: string,
  subject: string,
  words: { readonly message: string; readonly remedy: string },
  status = 502,
): GordonError => new GordonError({ name: 'PermanentError', code, subject, status, ...words });
