import type { Host, LimitFamily, RawAnswer, Venue, Verdict } from '../../core/series/venue.ts';
import { MINUTE, SECOND } from '../../core/time/time.ts';
import { judgeRest } from '../rest/judge.ts';

export const deribitHost = {
  env: 'GORDON_DERIBIT_URL',
  url: 'https://www.deribit.com',
} as const satisfies Host;

/** The same methods about all of the past, some seconds behind. */
export const deribitHistoryHost = {
  env: 'GORDON_DERIBIT_HISTORY_URL',
  url: 'https://history.deribit.com',
} as const satisfies Host;

/** 20 requests a second in the long run, 100 at once, for an address without a login. */
export const deribitFamily = {
  id: 'deribit',
  limit: 100,
  windowMs: 5 * SECOND,
} as const satisfies LimitFamily;

const TOO_MANY = 10028;
/** Overloaded, settling, in maintenance: the documentation says to try again. */
const PASSING = new Set([10040, 10041, 10047, 10066, 11051, 13028, 13888]);

/** Deribit's JSON-RPC. An error may stand in an answer with status 200. */
export const deribit: Venue = {
  id: 'deribit',
  judge(answer: RawAnswer): Verdict {
    const refusal = errorIn(answer);
    if (!refusal) return judgeRest(answer, deribitHost);
    const message = `${refusal.code} ${refusal.message}`;
    if (answer.status === 429 || refusal.code === TOO_MANY) {
      return { kind: 'limited', scope: 'family', waitMs: MINUTE / 6, message };
    }
    if (answer.status >= 500 || PASSING.has(refusal.code)) return { kind: 'broken', message };
    return { kind: 'refused', message };
  },
};

/** `{"jsonrpc":"2.0","error":{"message":…,"code":…}…}`; a long, successful answer is not parsed for it. */
function errorIn({ status, text }: RawAnswer): { code: number; message: string } | undefined {
  if (status < 300 && !/^\s*\{[^[]{0,80}"error"\s*:/.test(text.slice(0, 200))) return undefined;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    // A page of the CDN; its status says what it means.
    return undefined;
  }
  const { error } = (body ?? {}) as { readonly error?: { code?: unknown; message?: unknown } };
  return error && typeof error.code === 'number'
    ? { code: error.code, message: String(error.message ?? '') }
    : undefined;
}
