import type { Host, LimitFamily, RawAnswer, Venue, Verdict } from '../../core/series/venue.ts';
import { SECOND } from '../../core/time/time.ts';
import { excerpt, judgeRest } from '../rest/judge.ts';

/** The host of OKX. The environment variable points it at a mirror or at the simulator. */
export const okxHost = { env: 'GORDON_OKX_URL', url: 'https://www.okx.com' } as const satisfies Host;

/**
 * `history-candles` allows 20 requests in 2 seconds from one address. When its windows turn is not published, and two of ours may
 * overlap one of its, so each of ours gets half of the limit.
 */
export const okxCandles = { id: 'okx-candles', limit: 10, windowMs: 2_000 } as const satisfies LimitFamily;

/** `instruments` allows 20 requests in 2 seconds by instrument type; again half of it. */
export const okxInstruments = {
  id: 'okx-instruments',
  limit: 10,
  windowMs: 2_000,
} as const satisfies LimitFamily;

const TOO_MANY = '50011';
/** Service temporarily unavailable, endpoint timed out, system busy. */
const SERVER_SIDE = new Set(['50001', '50004', '50013', '50026']);
/** `Instrument ID does not exist`; the older code for all parameters names `instId` in its text. */
const NO_SUCH_INSTRUMENT = '51001';
const BAD_PARAMETER = '51000';

/** The longest window that a route counts in. */
const WINDOW_PASSES = 2 * SECOND;

/** OKX v5: `{"code":"0","msg":"","data":[…]}`. A code other than 0 is a refusal, whatever the status. */
export const okx: Venue = {
  id: 'okx',
  judge(answer: RawAnswer): Verdict {
    const refusal = refusalIn(answer);
    if (!refusal) return judgeRest(answer, okxHost);
    const { code, message } = refusal;
    const text = `${code} ${message}`;
    if (answer.status === 429 || code === TOO_MANY) {
      return { kind: 'limited', scope: 'family', waitMs: WINDOW_PASSES, message: text };
    }
    if (answer.status >= 500 || SERVER_SIDE.has(code)) return { kind: 'broken', message: text };
    if (code === NO_SUCH_INSTRUMENT || (code === BAD_PARAMETER && /instId/.test(message))) {
      return { kind: 'unknown-symbol', message: text };
    }
    return { kind: 'refused', message: text };
  },
};

const GOOD = /^\s*\{\s*"code"\s*:\s*"0"\s*,/;

/** A long answer that went well is not parsed for its code. */
function refusalIn({ text }: RawAnswer): { code: string; message: string } | undefined {
  if (GOOD.test(text.slice(0, 60))) return undefined;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    // A page of the CDN; its status says what it means.
    return undefined;
  }
  const { code, msg } = (body ?? {}) as { readonly code?: unknown; readonly msg?: unknown };
  if (typeof code !== 'string' || code === '0') return undefined;
  return { code, message: typeof msg === 'string' ? msg : excerpt(text) };
}
