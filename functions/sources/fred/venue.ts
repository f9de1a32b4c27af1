import type { Host, LimitFamily, RawAnswer, Venue, Verdict } from '../../core/series/venue.ts';
import { MINUTE, SECOND } from '../../core/time/time.ts';
import { judgeRest, retryAfter } from '../rest/judge.ts';

export const fredHost = {
  env: 'GORDON_FRED_URL',
  url: 'https://api.stlouisfed.org',
} as const satisfies Host;

export const fredKey = {
  env: 'FRED_API_KEY',
  from: 'https://fred.stlouisfed.org/docs/api/api_key.html',
} as const;

/**
 * 120 requests a minute for a key, and 2 in any second. Three tenths of a second are a margin for requests that overtake one
 * another on their way. With this spacing a minute holds a hundred requests at most.
 */
export const fredFamily = {
  id: 'fred',
  limit: 120,
  windowMs: MINUTE,
  spacingMs: 650,
} as const satisfies LimitFamily;

/** A burst is over after a second. If the minute's count is exhausted, the next refusal reports it again. */
const WAIT = 10 * SECOND;

/** FRED. Refusals are `{"error_code":400,"error_message":"Bad Request.  …"}`, with two spaces after a full stop. */
export const fred: Venue = {
  id: 'fred',
  judge(answer: RawAnswer): Verdict {
    const message = messageIn(answer);
    if (message === undefined && answer.status === 404) return passing('HTTP 404');
    if (message === undefined) return judgeRest(answer, fredHost);
    // The series had no values in that real-time period, because its archive begins later.
    if (/does not exist in ALFRED/.test(message)) return { kind: 'missing' };
    if (/series does not exist/.test(message)) return { kind: 'unknown-symbol', message };
    if (/api_key.*not registered/.test(message)) return passing(`${message} (${fredKey.env})`);
    if (/api_key/.test(message)) return { kind: 'refused', message: `${message} (${fredKey.env})` };
    if (answer.status === 429) {
      return { kind: 'limited', scope: 'family', waitMs: retryAfter(answer) ?? WAIT, message };
    }
    if (answer.status === 404) return passing(message);
    if (answer.status >= 500) return { kind: 'broken', message };
    return { kind: 'refused', message };
  },
};

/** FRED occasionally refuses a valid key or path and accepts it a moment later. */
const passing = (message: string): Verdict => ({
  kind: 'broken',
  message,
  remedy: `It was requested again in vain; if it stays so, check ${fredKey.env} and ${fredHost.env}.`,
});

function messageIn({ status, text }: RawAnswer): string | undefined {
  if (status < 300) return undefined;
  try {
    const { error_message: message } = JSON.parse(text) as { readonly error_message?: unknown };
    return typeof message === 'string' ? message : undefined;
  } catch {
    // A gateway's page; its status says what it means.
    return undefined;
  }
}
