import { malformed } from '../rest/malformed.ts';

/** The columns that are read, by the names in the header. The file has more. */
export const COLUMNS = [
  'exchange',
  'symbol',
  'local_timestamp',
  'type',
  'strike_price',
  'expiration',
  'open_interest',
  'bid_price',
  'ask_price',
  'mark_price',
  'mark_iv',
  'underlying_index',
  'underlying_price',
] as const;
export type ChainColumn = (typeof COLUMNS)[number];

/** Where each column stands, and how many there are. */
export interface ChainLayout {
  readonly at: Readonly<Record<ChainColumn, number>>;
  readonly columns: number;
}

/** @throws GordonError `malformed-rows` when a column is missing */
export function readHeader(line: string, subject: string): ChainLayout {
  const names = line.split(',');
  const missing = COLUMNS.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    throw malformed(subject, `the header has no ${missing.join(', ')}: ${line.slice(0, 200)}.`);
  }
  const at = Object.fromEntries(COLUMNS.map((name) => [name, names.indexOf(name)]));
  return { at: at as Record<ChainColumn, number>, columns: names.length };
}

const COMMA = 44;
const ZERO = 48;

/** Where the field after the given number of commas begins; -1 where the line has fewer. */
export function fieldStart(bytes: Uint8Array, from: number, to: number, commas: number): number {
  let at = from;
  for (let left = commas; left > 0; left--) {
    while (at < to && bytes[at] !== COMMA) at++;
    if (at >= to) return -1;
    at++;
  }
  return at;
}

export function fieldEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && bytes[at] !== COMMA) at++;
  return at;
}

/** Sixteen digits: microseconds. Years before 2001 and after 2286 have another number of them, and so has every other unit. */
const STAMP_DIGITS = 16;

/** Epoch microseconds; NaN for anything else. */
export function readStamp(bytes: Uint8Array, from: number, to: number): number {
  if (to - from !== STAMP_DIGITS) return Number.NaN;
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}
