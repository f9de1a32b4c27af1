import { GordonError } from '../../core/errors/errors.ts';
import type { Host } from '../../core/series/venue.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

/** What was found to be a base before: each request has one of a few. */
const bases = new Map<string, string>();

/**
 * Where a host is reached: its own URL, or what its environment variable names instead.
 * @returns the URL without a slash at its end
 * @throws GordonError `bad-environment`
 */
export function baseUrl(host: Host, variables: Variables): string {
  const text = variables[host.env] || host.url;
  const known = bases.get(text);
  if (known !== undefined) return known;
  const url = URL.parse(text);
  if (url && /^https?:$/.test(url.protocol) && !url.search && !url.hash) {
    const base = text.replace(/\/+$/, '');
    bases.set(text, base);
    return base;
  }
  throw new GordonError({
    code: 'bad-environment',
    subject: host.env,
    // The text itself is not shown: a proxy's URL may carry a password.
    message: 'is not an http or https URL without a query.',
    remedy: `Set it to something like ${host.url} or unset it.`,
  });
}
