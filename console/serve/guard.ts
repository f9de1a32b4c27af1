import type { IncomingHttpHeaders } from 'node:http';

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/**
 * Whether a request was made by a foreign page in the user's browser. Nothing else protects a server
 * on the loopback address: any page may send to it, and one whose name was re-bound to 127.0.0.1 may even read the answers.
 * Programs other than browsers send none of these headers.
 */
export function isForeign(headers: IncomingHttpHeaders): boolean {
  const { host = '' } = headers;
  return !LOOPBACK.test(host) || isCrossSite(headers, `http://${host}`);
}

/** Whether a page of another site made the request. @param own the origin of our own page */
export function isCrossSite(headers: IncomingHttpHeaders, own: string): boolean {
  const { origin } = headers;
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return !isNavigation(headers);
  return origin !== undefined && origin !== own;
}

/** A link on another page may lead here: that only opens the console. */
const isNavigation = (headers: IncomingHttpHeaders): boolean =>
  headers['sec-fetch-mode'] === 'navigate' &&
  headers['sec-fetch-dest'] === 'document' &&
  headers.origin === undefined;
