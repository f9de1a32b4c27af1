import { badRequest } from '../../../functions/core/errors/bad-request.ts';
import { type Series, seriesLabel } from '../../../functions/core/series/series.ts';
import { periodAt } from '../../../functions/core/time/period.ts';
import { type Clock, HOUR } from '../../../functions/core/time/time.ts';
import { stepOf } from '../../../functions/core/time/timeframe.ts';
import type { Step } from '../step.ts';
import { isPurged } from './ledger.ts';
import type { Book, MemoryWarehouse } from './warehouse.ts';

const EVER = { start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY };

/** Deletes the rows of a series with their spans, a transaction for each month, or year of coarse grids. */
export async function purgeRows(
  warehouse: MemoryWarehouse,
  series: Series,
  clock: Clock,
  step: Step,
  forMs: number,
): Promise<{ readonly rows: number; readonly done: boolean }> {
  const began = clock();
  await step(`begin to purge ${seriesLabel(series)}`);
  begin(warehouse.book(series), began);
  warehouse.flush();
  const unit = stepOf(series.timeframe) < HOUR ? 'month' : 'year';
  let rows = 0;
  for (let first = await firstRow(warehouse, series, step); first !== undefined; ) {
    await step(`delete a piece of ${seriesLabel(series)}`);
    const book = warehouse.book(series);
    mustBePurged(book);
    const piece = periodAt(unit, first);
    rows += warehouse.rows.lose(series, [piece]).length;
    book.spans = book.spans.filter(({ start }) => start < piece.start || start >= piece.end);
    warehouse.flush();
    first = await firstRow(warehouse, series, step);
    if (first !== undefined && Math.abs(clock() - began) >= forMs) return { rows, done: false };
  }
  return { rows, done: true };
}

/** The end of a purge: whatever else is known of the series, other than the lives of its symbol. */
export function forget(warehouse: MemoryWarehouse, series: Series): void {
  const book = warehouse.book(series);
  mustBePurged(book);
  warehouse.rows.lose(series, [EVER]);
  book.spans = [];
  book.findings = new Map();
  book.changes = [];
  if (!book.record) return;
  const {
    since: _since,
    auditedAt: _auditedAt,
    archivesWatchedAt: _archives,
    historiesWatchedAt: _histories,
    historyTurns: _turns,
    ...record
  } = book.record;
  book.record = { ...record, requested: [] };
}

function begin(book: Book, now: number): void {
  book.open = new Map();
  if (book.record) book.record = { ...book.record, unfollowedAt: now, purgedAt: now, followed: false };
}

async function firstRow(warehouse: MemoryWarehouse, series: Series, step: Step): Promise<number | undefined> {
  await step(`first row of ${seriesLabel(series)}`);
  return warehouse.rows.first(series)?.time;
}

function mustBePurged(book: Book): void {
  if (isPurged(book)) return;
  const message = 'somebody ordered it again while it was purged; what is left of it stays.';
  throw badRequest('series-at-work', seriesLabel(book.series), message, 'See GET /backfill/series.', 409);
}
