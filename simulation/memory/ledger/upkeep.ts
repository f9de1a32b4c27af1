import type { Recounted, ReportFilter, Retention } from '../../../functions/core/ledger/ports.ts';
import { hull, measure, normalize, subtract } from '../../../functions/core/time/range.ts';
import { stepOf } from '../../../functions/core/time/timeframe.ts';
import { accountedIn, cutOut, enterSpans } from './ledger.ts';
import { reconcile } from './reconcile.ts';
import { retiredIn } from './retention.ts';
import type { Book, MemoryWarehouse } from './warehouse.ts';

/** Reconciles the series whose rows were deleted behind the stores' backs. */
export function recount(
  warehouse: MemoryWarehouse,
  now: number,
  { sources, symbols }: Pick<ReportFilter, 'sources' | 'symbols'> = {},
): Recounted {
  let lost = 0;
  for (const book of warehouse.books()) {
    const { source, symbol, timeframe } = book.series;
    if (!book.rowsLost || (sources && !sources.includes(source)) || (symbols && !symbols.includes(symbol)))
      continue;
    book.rowsLost = false;
    const range = hull(normalize(book.spans));
    if (range) lost += measure(reconcile(warehouse, book, range, now)) / stepOf(timeframe);
    retire(warehouse, book, now);
  }
  return { lost, left: 0 };
}

/** Enters what was requested, has no rows and is excluded by retention as `retired`. */
export function retire(warehouse: MemoryWarehouse, book: Book, now: number): void {
  const requested = book.record?.requested ?? [];
  const within = hull(requested);
  if (!within) return;
  const kept = subtract(requested, retiredIn(warehouse, book, within, now));
  const unkept = subtract(subtract(requested, kept), accountedIn(book));
  if (unkept.length === 0) return;
  cutOut(warehouse, book, unkept, ['failed']);
  enterSpans(
    warehouse,
    book,
    unkept.map((span) => ({ span, state: 'empty' as const, reason: 'retired', evidence: [] })),
    { jobId: 'retention', chunk: book.series.source, at: now },
  );
}

/** Replaces the retention rule of a source. */
export function setRetention(
  warehouse: MemoryWarehouse,
  source: string,
  rule: Pick<Retention, 'before' | 'keepMs' | 'reason'> | undefined,
  now: number,
): void {
  // A dropped chunk stays dropped, unless the source has no rule any more.
  const others = warehouse.retention.filter((one) => one.source !== source || (rule && one.dropped));
  warehouse.retention = rule ? [...others, { source, ...rule, setAt: now }] : others;
  for (const book of warehouse.books()) {
    if (book.series.source !== source) continue;
    book.spans = book.spans.filter(({ state, reason }) => state !== 'empty' || reason !== 'retired');
  }
}
