import { malformed, readJson } from '../rest/malformed.ts';

/** What an answer holds as the venue wrote it, before any adapter has read it. */
export type WireRow = readonly unknown[] | Readonly<Record<string, unknown>>;

/** The rows at a path of keys in a JSON answer; undefined where there is no list. @throws GordonError `malformed-rows` */
export function wireRows(body: Uint8Array, path: readonly string[]): readonly WireRow[] | undefined {
  let value = readJson(body, 'the answer');
  for (const key of path) value = (value as Record<string, unknown> | null)?.[key];
  if (!Array.isArray(value)) return undefined;
  const other = value.find((row) => typeof row !== 'object' || row === null);
  if (other !== undefined) throw malformed('', `a row is ${String(other)}.`);
  return value as WireRow[];
}

/** A field by its name or its place. */
export const readCell = (row: WireRow | undefined, field: string | number): unknown =>
  (row as Record<string | number, unknown> | undefined)?.[field];

export type Unit = 'seconds' | 'milliseconds' | 'microseconds' | 'nanoseconds' | 'days' | 'ISO instants';

const BY_DIGITS: Readonly<Record<number, Unit>> = {
  9: 'seconds',
  10: 'seconds',
  12: 'milliseconds',
  13: 'milliseconds',
  15: 'microseconds',
  16: 'microseconds',
  18: 'nanoseconds',
  19: 'nanoseconds',
};

/** The unit of a stamp, by how it is written: any instant of this century has one reading only. */
export function detectUnit(cell: unknown): Unit | undefined {
  const text = String(cell);
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return 'days';
  if (/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(text)) return 'ISO instants';
  return /^\d+$/.test(text) ? BY_DIGITS[text.length] : undefined;
}

const TO_MILLIS: Partial<Record<Unit, number>> = {
  seconds: 1e3,
  milliseconds: 1,
  microseconds: 1e-3,
  nanoseconds: 1e-6,
};

/** A stamp of any unit as epoch ms; NaN for what is none. */
export function readInstant(cell: unknown): number {
  const unit = detectUnit(cell);
  const factor = unit && TO_MILLIS[unit];
  return factor === undefined ? Date.parse(String(cell)) : Number(cell) * factor;
}

/** As a person would name it: `number`, `text`, `nothing`. */
export const cellType = (cell: unknown): string =>
  cell === undefined ? 'nothing' : cell === null ? 'null' : typeof cell === 'string' ? 'text' : typeof cell;

/** Words for a report, separated by commas; `none` for none. */
export const list = (words: readonly (string | number)[]): string => words.join(', ') || 'none';
