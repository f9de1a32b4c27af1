import { MINUTE } from '../../core/time.ts';
import type { Host, LimitFamily, RawAnswer, Venue, Verdict } from '../../core/venue.ts';
import { judgeRest } from '../rest/judge.ts';

export const fredHost = {
  env: 'GORDON_FRED_URL',
  url: 'https://api.stlouisfed.org',
} as const satisfies Host;

export const fredKey = {
  env: 'FRED_API_KEY',
  from: 'https://fred.stlouisfed.org/docs/api/api_key.html',
} as const;

/**
 * 120 requests a minute for a key are known of, but not how they are counted. Any sixty seconds lie in two of our windows,
 * so half of it in each keeps to that, and the whole of a usual order is asked for in one go.
 */
export const fredFamily = {
  ...{ id: 'fred', limit: 60, windowMs: MINUTE },
} as const satisfies LimitFamily;

/** FRED. Refusals are `{"error_code":400,"error_message":"Bad Request.  …"}`, with two spaces after a full stop. */
export const fred: Venue = {
  id: 'fred',
  judge(answer: RawAnswer): Verdict {
    const message = messageIn(answer);
    if (message === undefined) return judgeRest(answer, fredHost);
    // Nothing was known of the series in that real-time period: its archive begins later.
    if (/does not exist in ALFRED/.test(message)) return { kind: 'missing' };
    if (/series does not exist/.test(message)) return { kind: 'unknown-symbol', message };
    if (/api_key/.test(message)) return { kind: 'refused', message: `${message} (${fredKey.env})` };
    // It does not tell how long; the minute that it counts by is over then.
    if (answer.status === 429) return { kind: 'limited', scope: 'family', waitMs: MINUTE, message };
    if (answer.status >= 500) return { kind: 'broken', message };
    return { kind: 'refused', message };
  },
};

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
