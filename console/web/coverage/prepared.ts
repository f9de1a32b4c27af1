import { slices } from '../lib/slices.ts';
import { completeParts, type Row, rowOf, type Summary, summaryOf } from './grid.ts';
import type { Coverage } from './polling.ts';

/** What is computed of a series once, however often it is drawn. */
export interface Prepared {
  readonly row: Row;
  readonly summary: Summary;
  /** steps that are there or proven empty, and steps that are due */
  readonly parts: { readonly done: number; readonly due: number };
}

const known = new WeakMap<Coverage[number], Prepared>();

export function preparedOf(series: Coverage[number]): Prepared {
  const found = known.get(series);
  if (found) return found;
  const made = { row: rowOf(series), summary: summaryOf(series), parts: completeParts(series) };
  known.set(series, made);
  return made;
}

/** Prepares an answer, between whose series the browser has its turn. @returns the answer */
export async function prepare(coverage: Coverage): Promise<Coverage> {
  const due = slices();
  for (const series of coverage) {
    preparedOf(series);
    await due();
  }
  return coverage;
}
