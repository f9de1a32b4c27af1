import { type Series, seriesLabel } from '../../../functions/core/series/series.ts';
import {
  clip,
  hull,
  intersect,
  measure,
  normalize,
  type Range,
  type RangeSet,
  runsOf,
  subtract,
  union,
} from '../../../functions/core/time/range.ts';
import { ceilTo, DAY, floorTo } from '../../../functions/core/time/time.ts';
import { stepOf } from '../../../functions/core/time/timeframe.ts';
import type { Step } from '../step.ts';
import { joinOldSpans } from './compact.ts';
import { findContradictions, removeContradictions } from './contradictions.ts';
import { haveIn, removeSpans } from './ledger.ts';
import type { Book, MemoryWarehouse } from './warehouse.ts';

/**
 * Removes from the ledger what has no rows and where it contradicts itself, and joins old spans. As in the database, the count takes no
 * lock, and what it found is looked at once more in the transaction that changes the ledger.
 * @returns what was removed
 */
export async function reconcile(
  warehouse: MemoryWarehouse,
  series: Series,
  range: Range,
  now: number,
  step: Step,
): Promise<RangeSet> {
  if (range.start >= range.end) return [];
  const label = seriesLabel(series);
  await step(`count ${label}`);
  const suspects = lostIn(warehouse, warehouse.book(series), range);
  const { doubled, denied } = findContradictions(warehouse, warehouse.book(series), range);
  const wrong = union(doubled, denied);
  let lost: RangeSet = [];
  if (suspects.length > 0) {
    await step(`take out what ${label} lost`);
    lost = takeOut(warehouse, warehouse.book(series), suspects);
    warehouse.flush();
  }
  let contradicted: RangeSet = [];
  if (wrong.length > 0) {
    await step(`take back what ${label} contradicts`);
    contradicted = removeContradictions(warehouse, warehouse.book(series), hull(wrong)!, now);
    warehouse.flush();
  }
  await step(`join old spans of ${label}`);
  if (joinOldSpans(warehouse, warehouse.book(series), range, now)) warehouse.flush();
  return union(lost, contradicted);
}

function takeOut(warehouse: MemoryWarehouse, book: Book, suspects: RangeSet): RangeSet {
  const lost = lostIn(warehouse, book, hull(suspects)!);
  const days = suspects.map(({ start, end }) => ({ start: floorTo(start, DAY), end: ceilTo(end, DAY) }));
  const irregular = warehouse.rows.table(book.series).cadence === 'irregular';
  const gone = irregular ? lost : intersect(lost, normalize(days));
  removeSpans(warehouse, book, gone, ['have']);
  return gone;
}

/** What the ledger has and the table has not. */
function lostIn({ rows }: MemoryWarehouse, book: Book, range: Range): RangeSet {
  const { series } = book;
  if (rows.table(series).cadence === 'irregular') {
    // Nothing says which row is gone, so the whole span is removed.
    const short = book.spans.filter(
      (span) =>
        span.state === 'have' &&
        span.start < range.end &&
        span.end > range.start &&
        span.rows > rows.count(series, span),
    );
    return normalize(short);
  }
  const step = stepOf(series.timeframe);
  // One number for each span is enough where nothing is lost.
  const short = clip(haveIn(book), range).filter((span) => rows.count(series, span) < measure([span]) / step);
  return short.flatMap((span) => {
    const times = rows.within(series, span).map(({ time }) => time);
    return subtract([span], runsOf(times, step));
  });
}
