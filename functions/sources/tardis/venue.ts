import type { Host, RawAnswer, Venue, Verdict } from '../../core/series/venue.ts';
import { MINUTE } from '../../core/time/time.ts';
import { excerpt, retryAfter } from '../rest/judge.ts';

export const tardisHost = {
  env: 'GORDON_TARDIS_URL',
  url: 'https://datasets.tardis.dev',
} as const satisfies Host;

const REMEDY = `Run elsewhere, or point ${tardisHost.env} at a mirror of your own. No other source depends on it.`;

/** Files of tardis.dev. Some addresses get a browser's challenge with 403 instead: seen on 2026-10-01. */
export const tardis: Venue = {
  id: 'tardis',
  judge(answer: RawAnswer): Verdict {
    const { status, text } = answer;
    const message = `HTTP ${status}: ${excerpt(text)}`;
    if (status === 404) return { kind: 'missing' };
    if (status === 403 || status === 451) return { kind: 'region', message, remedy: REMEDY };
    // No limit is documented.
    if (status === 429)
      return { kind: 'limited', scope: 'venue', waitMs: retryAfter(answer) ?? MINUTE, message };
    if (status >= 500) return { kind: 'broken', message };
    // 401: a day that takes a key.
    return status >= 300 ? { kind: 'refused', message } : { kind: 'ok' };
  },
};
