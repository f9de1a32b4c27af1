import { periodsIn } from '../../../functions/core/time/period.ts';
import {
  clip,
  intersect,
  normalize,
  type Range,
  type RangeSet,
  subtract,
} from '../../../functions/core/time/range.ts';
import { DAY } from '../../../functions/core/time/time.ts';
import { stepOf } from '../../../functions/core/time/timeframe.ts';
import { retiredIn } from './retention.ts';
import type { Author, Book, MemoryWarehouse, Span } from './warehouse.ts';

/** A span to enter into the ledger. */
export interface NewSpan {
  readonly span: Range;
  readonly state: Span['state'];
  readonly reason?: string;
  readonly evidence?: readonly unknown[];
  readonly object?: string;
  readonly sha256?: string | undefined;
  /** counts the rows within a part of the span; absent: one row for each step */
  readonly count?: (part: Range) => number;
}

/**
 * A venue may fill an outage later, and an unpublished file may still be published. Such a proof expires when as much time
 * has passed since the proof as lay between the hole and the proof, and after a day at least. Every other reason is final.
 */
export const isProof = ({ state, reason, fetchedAt, end }: Span, now: number): boolean =>
  state === 'empty' &&
  ((reason !== 'venue-outage' && reason !== 'not-published') ||
    now < fetchedAt + Math.max(DAY, fetchedAt - end));

const setOf = (spans: readonly Span[]): RangeSet => normalize(spans);

export const haveIn = ({ spans }: Book): RangeSet => setOf(spans.filter(({ state }) => state === 'have'));

export const proofsIn = ({ spans }: Book, now: number): RangeSet =>
  setOf(spans.filter((span) => isProof(span, now)));

/** What has rows or was proven empty, whether or not the proof has expired. */
export const accountedIn = ({ spans }: Book): RangeSet =>
  setOf(spans.filter(({ state }) => state !== 'failed'));

/** requested − have − proven empty − retired. */
export const missingIn = (warehouse: MemoryWarehouse, book: Book, requested: Range, now: number): RangeSet =>
  subtract(
    subtract(
      normalize([requested]),
      setOf(book.spans.filter((span) => span.state === 'have' || isProof(span, now))),
    ),
    retiredIn(warehouse, book, requested, now),
  );

/** Removes a set from the spans of some states. What is left of a span keeps its provenance. */
export function cutOut(
  warehouse: MemoryWarehouse,
  book: Book,
  set: RangeSet,
  states: readonly Span['state'][],
): void {
  const step = stepOf(book.series.timeframe);
  const events = warehouse.rows.table(book.series).cadence === 'irregular';
  const rowsIn = (span: Span, part: Range): number => {
    if (span.state !== 'have') return 0;
    return events ? warehouse.rows.count(book.series, part) : (part.end - part.start) / step;
  };
  book.spans = book.spans.flatMap((span) => {
    if (!states.includes(span.state) || intersect([span], set).length === 0) return [span];
    return subtract([span], set).map(
      (part): Span => ({ ...span, ...part, id: warehouse.nextSpan(), rows: rowsIn(span, part) }),
    );
  });
}

/** Enters spans, cut at month borders. */
export function enterSpans(
  warehouse: MemoryWarehouse,
  book: Book,
  spans: readonly NewSpan[],
  by: Author,
): void {
  const step = stepOf(book.series.timeframe);
  for (const { span, state, reason, evidence, object, sha256, count } of spans) {
    for (const part of periodsIn('month', span).flatMap((month) => clip([span], month))) {
      const rows = count?.(part) ?? (part.end - part.start) / step;
      book.spans.push({
        start: part.start,
        end: part.end,
        id: warehouse.nextSpan(),
        state,
        reason: reason ?? null,
        evidence: structuredClone(evidence ?? []),
        rows: state === 'have' ? rows : 0,
        object: object ?? null,
        sha256: sha256 ?? null,
        jobId: by.jobId,
        chunk: by.chunk,
        fetchedAt: by.at,
      });
    }
  }
}

/** Records a failure. Only the last error of a span is kept, and only where rows are still missing. */
export function noteFailed(
  warehouse: MemoryWarehouse,
  book: Book,
  span: Range,
  error: { readonly code: string; readonly message: string; readonly evidence?: readonly unknown[] },
  by: Author,
): void {
  const { evidence = [], ...words } = error;
  cutOut(warehouse, book, normalize([span]), ['failed']);
  const failed = missingIn(warehouse, book, span, by.at).map((gap): NewSpan => {
    return { span: gap, state: 'failed', reason: error.code, evidence: [words, ...evidence] };
  });
  enterSpans(warehouse, book, failed, by);
}
