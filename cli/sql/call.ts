import { AGGREGATES } from '../../functions/core/aggregates/aggregates.ts';
import type { BodyOf } from '../../functions/core/api/call.ts';
import { parseInstant } from '../../functions/core/time/time.ts';
import { badInput } from '../failure.ts';

/**
 * The one CALL that `sql` takes. It changes no row, only what is computed from rows, so it goes to the API, which may do it.
 */
const REFRESH =
  /^call\s+(?:(?:market_data|public)\s*\.\s*)?refresh_continuous_aggregate\s*\(([\s\S]*)\)\s*;?\s*$/i;

const NAMES: readonly string[] = AGGREGATES.map(({ name }) => name);
const EXAMPLE =
  "CALL refresh_continuous_aggregate('price_klines_1d', '2025-01-01 00:00:00+00', '2025-02-01 00:00:00+00')";

/**
 * @param statement without comments before it
 * @returns undefined: it is another statement
 * @throws CliError exit code 2 for a refresh of what is not an aggregate, or with bounds that are none
 */
export function refreshOf(statement: string): BodyOf<'refreshView'> | undefined {
  const inside = REFRESH.exec(statement)?.[1];
  if (inside === undefined) return undefined;
  const [view, start, end, ...more] = argumentsOf(inside);
  if (view === undefined || start === undefined || end === undefined || more.length > 0) {
    throw badInput(`refresh_continuous_aggregate takes a view, a start and an end: ${EXAMPLE}`);
  }
  return { view: viewOf(view), start: readBound(start), end: readBound(end) };
}

/** Splits at the commas outside of quotes. */
function argumentsOf(text: string): string[] {
  const parts = text.match(/(?:'(?:[^']|'')*'|[^',])+/g) ?? [];
  return parts.map((part) => part.trim());
}

/** `'x'`, `'x'::type` and `type 'x'` */
const literal = (text: string, type: string): string | undefined =>
  new RegExp(`^(?:(?:${type})\\s+)?'([^']*)'(?:\\s*::\\s*(?:${type}))?$`, 'i').exec(text)?.[1];

function viewOf(text: string): string {
  const name = literal(text, 'regclass|text')
    ?.toLowerCase()
    .replace(/^market_data\./, '');
  if (name !== undefined && NAMES.includes(name)) return name;
  throw badInput(`${text} is not an aggregate: write one of ${NAMES.map((one) => `'${one}'`).join(', ')}`);
}

const ZONE = /(?:\s*(?:Z|UTC)|[+-]\d{2}(?::?\d{2})?)$/i;

/** As the session of `sql` reads it, whose zone is UTC: an instant with a zone or without one, a day, or NULL. */
function readBound(text: string): string | null {
  if (/^null(?:\s*::\s*[a-z ]+)?$/i.test(text)) return null;
  const given = literal(text, 'timestamptz|timestamp with time zone|timestamp|date');
  const iso = given === undefined ? undefined : isoText(given.trim());
  if (iso !== undefined && parseInstant(iso) !== undefined) return iso;
  throw badInput(`${text} is not a bound of a refresh: write '2025-01-01 00:00:00+00', or NULL for none`);
}

function isoText(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return text;
  const zone = ZONE.exec(text.slice(11))?.[0] ?? '';
  const clock = text.slice(11, text.length - zone.length);
  const offset = /^([+-]\d{2}):?(\d{2})?$/.exec(zone.trim());
  return `${text.slice(0, 10)}T${clock}${offset ? `${offset[1]}:${offset[2] ?? '00'}` : 'Z'}`;
}
