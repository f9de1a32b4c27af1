import type { Finding } from '../../../core/series/source.ts';
import { READING_STEP } from './metric-labels.ts';

/** One row of the statistics. A cell that the venue left empty is undefined. */
export interface Reading {
  /** on the grid of `READING_STEP`, epoch ms */
  readonly time: number;
  /** the venue's own label, where it differs; epoch ms */
  readonly label: number | null;
  readonly cells: readonly (number | undefined)[];
}

/**
 * Readings in order, one for each instant, without those whose first cell is empty: they have no value. Everything odd is
 * reported, with one finding for each kind, so that a bad day does not fill the table of findings.
 */
export function cleaned(readings: readonly Reading[]): { kept: readonly Reading[]; findings: Finding[] } {
  const late: Reading[] = [];
  const repeated: Reading[] = [];
  const conflicting: { kept: Reading; dropped: Reading }[] = [];
  const byTime = new Map<number, Reading>();
  let newest = Number.NEGATIVE_INFINITY;
  for (const reading of readings) {
    if (reading.time < newest) late.push(reading);
    newest = Math.max(newest, reading.time);
    const first = byTime.get(reading.time);
    if (!first || first.cells[0] === undefined) byTime.set(reading.time, reading);
    else if (reading.cells.every((cell, c) => cell === first.cells[c])) repeated.push(reading);
    else conflicting.push({ kept: first, dropped: reading });
  }
  const all = [...byTime.values()].sort((a, b) => a.time - b.time);
  const conflicts = conflicting.map(({ dropped }) => dropped);
  const [example] = conflicting;
  return {
    kept: all.filter(({ cells }) => cells[0] !== undefined),
    findings: [
      ...oddity('unsorted-rows', late),
      ...oddity('duplicate-rows', repeated),
      ...oddity(
        'duplicate-conflict',
        conflicts,
        example && { kept: show(example.kept), dropped: show(example.dropped) },
      ),
      ...oddity(
        'empty-field',
        all.filter(({ cells }) => cells.includes(undefined)),
      ),
      ...oddity(
        'zero-value',
        all.filter(({ cells }) => cells.includes(0)),
      ),
    ],
  };
}

/** At most one finding of a kind; `until` is the end of the last reading that it covers. */
export function oddity(
  kind: string,
  about: readonly Pick<Reading, 'time'>[],
  detail: Finding['detail'] = {},
): Finding[] {
  if (about.length === 0) return [];
  const times = about.map(({ time }) => time);
  const until = Math.max(...times) + READING_STEP;
  return [{ kind, time: Math.min(...times), until, detail: { rows: about.length, ...detail } }];
}

const show = ({ cells }: Reading): string => JSON.stringify(cells);
