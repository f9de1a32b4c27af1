import type { Host, RawAnswer, Verdict } from '../../core/series/venue.ts';
import { MINUTE, SECOND } from '../../core/time/time.ts';

/** A firewall admits an address again some minutes after its last call; it does not say when. */
export const FIREWALL_COOLDOWN = 5 * MINUTE;

/** Judges answers of venues that report refusals by their status alone: JSON with 200, or a refusal. */
export function judgeRest(answer: RawAnswer, host: Host): Verdict {
  const { status, text } = answer;
  const message = `HTTP ${status}: ${excerpt(text)}`;
  if (status === 451) return { kind: 'region', message, remedy: elsewhere(host) };
  if (status === 403) return { kind: 'limited', scope: 'venue', waitMs: FIREWALL_COOLDOWN, message };
  if (status === 429) {
    return { kind: 'limited', scope: 'family', waitMs: retryAfter(answer) ?? MINUTE, message };
  }
  if (status >= 500) return { kind: 'broken', message };
  if (status >= 300) return { kind: 'refused', message };
  if (isMarkup(text)) return { kind: 'broken', message: `a page instead of JSON: ${message}` };
  return { kind: 'ok' };
}

const elsewhere = (host: Host): string => `Run in another region, or point ${host.env} at a mirror.`;

/** How long an answer says to wait, in ms; undefined where it does not say. */
export function retryAfter({ headers }: RawAnswer): number | undefined {
  const seconds = Number(headers['retry-after'] || Number.NaN);
  return seconds > 0 ? seconds * SECOND : undefined;
}

/** The text of a body, short and on one line: enough to recognise it in a log. */
export function excerpt(text: string): string {
  const words = text
    .slice(0, 4000)
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return words.slice(0, 200) || 'no body';
}

/** Whether a body is HTML or XML, which a proxy or a CDN may send instead of an answer. */
export const isMarkup = (text: string): boolean => /^\s*</.test(text.slice(0, 80));
