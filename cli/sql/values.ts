import type { ResultColumn, ResultRow } from './session.ts';

/** OIDs of PostgreSQL's built-in types; they never change. */
const TYPES = {
  bool: 16,
  int8: 20,
  int2: 21,
  int4: 23,
  oid: 26,
  json: 114,
  float4: 700,
  float8: 701,
  timestamp: 1114,
  timestamptz: 1184,
  numeric: 1700,
  jsonb: 3802,
} as const;

const NUMBERS: ReadonlySet<number> = new Set([
  TYPES.int2,
  TYPES.int4,
  TYPES.int8,
  TYPES.oid,
  TYPES.float4,
  TYPES.float8,
  TYPES.numeric,
]);

export const isNumber = ({ type }: ResultColumn): boolean => NUMBERS.has(type);

const TIMESTAMPTZ = /"?(\d{4,}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}(?:\.\d+)?)\+00"?/g;
/** timestamptz, its array, its range, its multirange */
const WITH_ZONE: ReadonlySet<number> = new Set([TYPES.timestamptz, 1185, 3910, 4534]);

/** A value as text: instants in ISO 8601 with `Z`, everything else as the server writes it. */
export function textOf(value: string | null, { type }: ResultColumn): string | null {
  if (value === null) return null;
  if (WITH_ZONE.has(type)) return value.replace(TIMESTAMPTZ, '$1T$2Z');
  return type === TYPES.timestamp ? value.replace(' ', 'T') : value;
}

export function textsOf(row: ResultRow, columns: readonly ResultColumn[]): (string | null)[] {
  return columns.map((column, i) => textOf(row[i] ?? null, column));
}

/**
 * A row as a JSON object. Numbers keep all their digits (a parser that has only doubles may round them); what JSON has
 * no number for, such as NaN, is a string.
 */
export function jsonOf(row: ResultRow, columns: readonly ResultColumn[]): string {
  const members = distinctNames(columns).map(
    (name, i) => `${JSON.stringify(name)}:${jsonValue(row[i] ?? null, columns[i]!)}`,
  );
  return `{${members.join(',')}}`;
}

const JSON_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i;

function jsonValue(value: string | null, column: ResultColumn): string {
  if (value === null) return 'null';
  if (column.type === TYPES.bool) return value === 't' ? 'true' : 'false';
  if (column.type === TYPES.json || column.type === TYPES.jsonb) return value;
  if (isNumber(column) && JSON_NUMBER.test(value)) return value;
  return JSON.stringify(textOf(value, column));
}

/** Two columns of one name would be one member: the second becomes `name_2`. */
function distinctNames(columns: readonly ResultColumn[]): string[] {
  const taken = new Set<string>();
  return columns.map(({ name }) => {
    let free = name;
    for (let n = 2; taken.has(free); n++) free = `${name}_${n}`;
    taken.add(free);
    return free;
  });
}

/** A line of RFC 4180. An empty text is quoted, so that it differs from null. */
export const csvLine = (values: readonly (string | null)[]): string =>
  values
    .map((v) => (v === null ? '' : v === '' || /[",\r\n]/.test(v) ? `"${v.replaceAll('"', '""')}"` : v))
    .join(',');
