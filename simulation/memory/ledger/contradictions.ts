import { BROKEN_INVARIANT, INVARIANTS } from '../../../functions/core/ledger/invariants.ts';
import { normalize, type Range, type RangeSet, union } from '../../../functions/core/time/range.ts';
import { stepOf } from '../../../functions/core/time/timeframe.ts';
import { noteFailed, removeSpans } from './ledger.ts';
import type { Book, MemoryWarehouse } from './warehouse.ts';

/** Where the ledger contradicts itself or the rows. */
interface Contradictions {
  /** where two spans lie over each other */
  readonly doubled: RangeSet;
  /** rows that a span proves not to be */
  readonly denied: RangeSet;
}

/** Of one proof; the next look finds more. */
const MOST_DENIED = 1_000;

export function findContradictions(
  { rows }: MemoryWarehouse,
  { series, spans }: Book,
  range: Range,
): Contradictions {
  const step = stepOf(series.timeframe);
  const touching = spans
    .filter(({ start, end }) => start < range.end && end > range.start)
    .sort((a, b) => a.start - b.start || a.end - b.end || a.id - b.id);
  const doubled: Range[] = [];
  const denied: Range[] = [];
  let until = Number.NEGATIVE_INFINITY;
  for (const { start, end, state, reason } of touching) {
    if (until > start) doubled.push({ start, end: Math.min(end, until) });
    until = Math.max(until, end);
    // A retirement may have left rows in its range.
    if (state !== 'empty' || reason === 'retired') continue;
    const within = { start: Math.max(start, range.start), end: Math.min(end, range.end) };
    if (rows.count(series, within) === 0) continue;
    for (const { time } of rows.within(series, within).slice(0, MOST_DENIED))
      denied.push({ start: time, end: time + step });
  }
  return { doubled: normalize(doubled), denied: normalize(denied) };
}

/** Removes it, so that it is requested again. Until then it is a gap of our own, which says so. */
export function removeContradictions(
  warehouse: MemoryWarehouse,
  book: Book,
  around: Range,
  now: number,
): RangeSet {
  const { doubled, denied } = findContradictions(warehouse, book, around);
  removeSpans(warehouse, book, doubled, ['have', 'empty', 'failed']);
  removeSpans(warehouse, book, denied, ['empty']);
  const by = { jobId: 'audit', chunk: 'audit', at: now };
  const note = (set: RangeSet, invariant: keyof typeof INVARIANTS): void => {
    const message = `broken once: ${INVARIANTS[invariant]}. It is requested again`;
    for (const span of set) noteFailed(warehouse, book, span, { code: BROKEN_INVARIANT, message }, by);
  };
  note(doubled, 'no-overlap');
  note(denied, 'no-proof-over-rows');
  return union(doubled, denied);
}
