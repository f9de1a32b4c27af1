import { malformed, readJson } from '../rest/malformed.ts';
import { isInstant } from '../rest/values.ts';

export type JsonRow = Readonly<Record<string, unknown>>;

/**
 * An answer that is a list of objects. The symbol is checked where the rows have one: some routes leave it out.
 * @throws GordonError `malformed-rows`
 */
export function rowsIn(body: Uint8Array, subject: string, symbol: string): readonly JsonRow[] {
  const list = readJson(body, subject);
  if (!Array.isArray(list)) throw malformed(subject, 'the answer is not a list.');
  for (const [i, row] of list.entries()) {
    if (typeof row !== 'object' || row === null) throw malformed(subject, `row ${i + 1} is not an object.`);
    const of = (row as JsonRow).symbol;
    if (of !== undefined && of !== symbol) throw malformed(subject, `row ${i + 1} is of ${String(of)}.`);
  }
  return list as JsonRow[];
}

/** Whether a number can be a stamp in ms. */
export const isStamp = (value: number | undefined): value is number =>
  value !== undefined && Number.isInteger(value) && isInstant(value);

/** A stamp in ms. @throws GordonError `malformed-rows` */
export function readStamp(value: number | undefined, subject: string): number {
  if (isStamp(value)) return value;
  throw malformed(subject, `${value} is not a time in milliseconds.`);
}
