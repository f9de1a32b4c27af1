import type { RawAnswer, Venue, Verdict } from '../../core/series/venue.ts';
import { DAY, MINUTE } from '../../core/time/time.ts';
import { excerpt, FIREWALL_COOLDOWN, isMarkup, retryAfter } from '../rest/judge.ts';
import { binanceHosts } from './hosts.ts';

/** The shortest ban, for an answer that names no end. */
const SHORTEST_BAN = 2 * MINUTE;
const LONGEST_BAN = 3 * DAY;

const BAD_SYMBOL = -1121;
const TOO_MANY = -1003;
/** Disconnected, unexpected response, timeout, overload and unknown: failures of the server. */
const SERVER_SIDE = new Set([-1000, -1001, -1006, -1007, -1008]);

const REGION_REMEDY =
  `Set ${binanceHosts.spot.env}=https://data-api.binance.vision for spot (the same data, served there), or run in ` +
  'another region. Finished days and months still come from the archive.';
const ARCHIVE_REMEDY = `Run in another region or point ${binanceHosts.archive.env} at a mirror of the archive.`;

/** Spot and USD-M REST. A ban is by address and counts for both. */
export const binance: Venue = {
  id: 'binance',
  judge(answer: RawAnswer): Verdict {
    const { status, text } = answer;
    const said = readError(answer);
    const message = said?.msg ?? excerpt(text);
    if (status === 451) return { kind: 'region', message, remedy: REGION_REMEDY };
    if (status === 403) return forbidden(answer, REGION_REMEDY);
    if (status === 418 || (said?.code === TOO_MANY && BANNED_UNTIL.test(said.msg))) {
      return { kind: 'limited', scope: 'venue', waitMs: banLeft(answer, message), message };
    }
    if (status === 429 || said?.code === TOO_MANY) {
      return { kind: 'limited', scope: 'family', waitMs: retryAfter(answer) ?? MINUTE, message };
    }
    if (status >= 500 || (said && SERVER_SIDE.has(said.code))) {
      return { kind: 'broken', message: `HTTP ${status}: ${message}` };
    }
    if (said?.code === BAD_SYMBOL) return { kind: 'unknown-symbol', message };
    if (status >= 300 || said) return { kind: 'refused', message: `HTTP ${status}: ${message}` };
    if (isMarkup(text)) return { kind: 'broken', message: `a page instead of JSON: ${message}` };
    return { kind: 'ok' };
  },
};

/** The public archive and its listing: files behind a CDN, without a published limit. */
export const binanceArchive: Venue = {
  id: 'binance-archive',
  judge(answer: RawAnswer): Verdict {
    const { status, text } = answer;
    const message = `HTTP ${status}: ${excerpt(text)}`;
    if (status === 404) return { kind: 'missing' };
    if (status === 451) return { kind: 'region', message, remedy: ARCHIVE_REMEDY };
    if (status === 403) return forbidden(answer, ARCHIVE_REMEDY);
    if (status === 429 || status === 503) {
      return { kind: 'limited', scope: 'venue', waitMs: retryAfter(answer) ?? MINUTE, message };
    }
    if (status >= 500) return { kind: 'broken', message };
    if (status >= 300) return { kind: 'refused', message };
    // A gateway's log-in or error page may come with 200; the listing is markup too, but XML.
    if (/^\s*<(?:!doctype\s+)?html/i.test(text)) return { kind: 'broken', message };
    return { kind: 'ok' };
  },
};

/** A CDN answers 403 both to a country that it does not serve and to an address that its firewall blocks. */
function forbidden({ text }: RawAnswer, remedy: string): Verdict {
  const message = `HTTP 403: ${excerpt(text)}`;
  if (/access from your country/i.test(text)) return { kind: 'region', message, remedy };
  if (/<Code>AccessDenied<\/Code>/.test(text)) return { kind: 'refused', message };
  return { kind: 'limited', scope: 'venue', waitMs: FIREWALL_COOLDOWN, message };
}

const BANNED_UNTIL = /banned until (\d{13})/;

/** The later of the ends that `Retry-After` and the message name; most bans have both. */
function banLeft(answer: RawAnswer, message: string): number {
  const until = BANNED_UNTIL.exec(message)?.[1];
  const now = Date.parse(answer.headers.date ?? '');
  const remaining = until === undefined || Number.isNaN(now) ? 0 : Number(until) - now;
  const left = Math.max(remaining, retryAfter(answer) ?? 0);
  return left > 0 ? Math.min(left, LONGEST_BAN) : SHORTEST_BAN;
}

/** `{"code":-1121,"msg":"Invalid symbol."}`. A long, successful answer is not parsed for it. */
function readError({ status, text }: RawAnswer): { code: number; msg: string } | undefined {
  if (status < 300 && !/^\s*\{\s*"(?:code|msg)"/.test(text.slice(0, 80))) return undefined;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    // The CDN's own refusals are pages, whose status says what they mean.
    return undefined;
  }
  const { code, msg } = (body ?? {}) as { code?: unknown; msg?: unknown };
  return typeof code === 'number' ? { code, msg: String(msg ?? '') } : undefined;
}
