import type { RawAnswer, Venue, Verdict } from '../../core/series/venue.ts';
import { MINUTE, SECOND } from '../../core/time/time.ts';
import { excerpt } from '../rest/judge.ts';
import { bybitHost } from './hosts.ts';

/** "Stop all requests for ten minutes": the ban then lifts by itself, and calls during it may prolong it. */
const FREQUENT_COOLDOWN = 10 * MINUTE;
/** A header says how long retCode 10006 has to wait. Without one a second is enough, because the windows are that long. */
const SHORTEST_WAIT = SECOND;
const SYSTEM_BUSY_WAIT = 10 * SECOND;

const TOO_MANY_VISITS = 10006;
const SYSTEM_PROTECTION = 10429;
/** Server timeout and server error. */
const SERVER_SIDE = new Set([10000, 10016]);
const BAD_PARAMETER = 10001;
const SYMBOL_ERROR = 10029;

const REMEDY =
  `Run in another region, or set ${bybitHost.env}=https://api.bytick.com: the same API on another name, which some ` +
  'networks reach.';

/** Bybit v5. It answers with HTTP 200 and reports its refusals in `retCode`. */
export const bybit: Venue = {
  id: 'bybit',
  judge(answer: RawAnswer): Verdict {
    const { status, text } = answer;
    if (status === 403) return forbidden(answer);
    const head = readHead(answer);
    const message = head ? `${head.code} ${head.message}` : `HTTP ${status}: ${excerpt(text)}`;
    if (head?.code === TOO_MANY_VISITS) {
      return { kind: 'limited', scope: 'family', waitMs: untilReset(answer, head.time), message };
    }
    if (status === 429 || head?.code === SYSTEM_PROTECTION) {
      return { kind: 'limited', scope: 'family', waitMs: SYSTEM_BUSY_WAIT, message };
    }
    if (status >= 500 || (head && SERVER_SIDE.has(head.code))) return { kind: 'broken', message };
    if (head && isUnknownSymbol(head)) return { kind: 'unknown-symbol', message };
    if (status >= 300 || (head && head.code !== 0)) return { kind: 'refused', message };
    if (!head) return { kind: 'broken', message: `an answer without a retCode: ${excerpt(text)}` };
    return { kind: 'ok' };
  },
};

/** 403 stands for three refusals: too many requests, a country that is not served, and a request with a body. */
function forbidden({ text }: RawAnswer): Verdict {
  const message = `HTTP 403: ${excerpt(text)}`;
  if (/too frequent/i.test(text)) {
    return { kind: 'limited', scope: 'venue', waitMs: FREQUENT_COOLDOWN, message };
  }
  if (/"retCode"/.test(text) && !/\b(?:country|region|restricted)\b/i.test(text)) {
    return { kind: 'refused', message };
  }
  return { kind: 'region', message, remedy: REMEDY };
}

interface Head {
  readonly code: number;
  readonly message: string;
  /** the venue's clock, epoch ms; more exact than the `Date` header */
  readonly time: number | undefined;
}

const GOOD = /^\s*\{\s*"retCode"\s*:\s*0\s*,/;

/** `{"retCode":0,"retMsg":"OK",…,"time":1672025956592}`; a long answer that went well is not parsed for it. */
function readHead({ text }: RawAnswer): Head | undefined {
  if (GOOD.test(text.slice(0, 60))) return { code: 0, message: 'OK', time: undefined };
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    // Proxies and the CDN answer with pages of their own, whose status says what they mean.
    return undefined;
  }
  const { retCode, retMsg, time } = (body ?? {}) as { retCode?: unknown; retMsg?: unknown; time?: unknown };
  if (typeof retCode !== 'number') return undefined;
  return { code: retCode, message: String(retMsg ?? ''), time: typeof time === 'number' ? time : undefined };
}

/** `Not supported symbols`, `params error: symbol invalid`: one code for all parameters, the text names which. */
const isUnknownSymbol = ({ code, message }: Head): boolean =>
  code === SYMBOL_ERROR || (code === BAD_PARAMETER && /\bsymbols?\b/i.test(message));

/** The reset time equals the present where there is no limit; the wait is never longer than a ban's. */
function untilReset({ headers }: RawAnswer, time: number | undefined): number {
  const reset = Number(headers['x-bapi-limit-reset-timestamp'] || Number.NaN);
  const now = time ?? Date.parse(headers.date ?? '');
  const wait = reset - now;
  return wait > SHORTEST_WAIT ? Math.min(wait, FREQUENT_COOLDOWN) : SHORTEST_WAIT;
}
