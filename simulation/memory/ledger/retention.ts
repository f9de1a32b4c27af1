import type { Retention } from '../../../functions/core/ledger/ports.ts';
import { hull, intersect, type RangeSet, subtract } from '../../../functions/core/time/range.ts';
import { accountedIn, enterSpans, removeSpans, retiredIn } from './ledger.ts';
import type { Book, MemoryWarehouse } from './warehouse.ts';

function unkeptIn(warehouse: MemoryWarehouse, book: Book, now: number): RangeSet {
  const requested = book.record?.requested ?? [];
  const within = hull(requested);
  if (!within || warehouse.retention.length === 0) return [];
  return subtract(intersect(requested, retiredIn(warehouse, book, within, now)), accountedIn(book));
}

/** Enters what was requested, has no rows and is excluded by retention as `retired`. */
export function retire(warehouse: MemoryWarehouse, book: Book, now: number): void {
  const { source } = book.series;
  const spans = unkeptIn(warehouse, book, now);
  if (spans.length === 0) return;
  const reasons = warehouse.retention.filter((rule) => rule.source === source).map(({ reason }) => reason);
  const why = [...new Set(reasons)].sort().join('; ');
  const evidence = [{ what: `retention of ${source}: ${why}`, at: now }];
  removeSpans(warehouse, book, spans, ['failed']);
  enterSpans(
    warehouse,
    book,
    spans.map((span) => ({ span, state: 'empty' as const, reason: 'retired', evidence })),
    { jobId: 'retention', chunk: source, at: now },
  );
}

/** Replaces the retention rule of a source. */
export function setRetention(
  warehouse: MemoryWarehouse,
  source: string,
  rule: Pick<Retention, 'before' | 'keepMs' | 'reason'> | undefined,
  now: number,
): void {
  // A dropped chunk stays dropped, unless the rule keeps everything.
  const others = warehouse.retention.filter((one) => one.source !== source || (rule && one.dropped));
  warehouse.retention = rule ? [...others, { source, ...rule, setAt: now }] : others;
  for (const book of warehouse.books()) {
    if (book.series.source !== source) continue;
    book.spans = book.spans.filter(({ state, reason }) => state !== 'empty' || reason !== 'retired');
  }
}
