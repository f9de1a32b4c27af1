import { brokenInvariant, overlapIn } from '../../../functions/core/ledger/invariants.ts';
import type { NewSpan } from '../../../functions/core/ledger/new-span.ts';
import { periodsIn } from '../../../functions/core/time/period.ts';
import {
  clip,
  intersect,
  normalize,
  type Range,
  type RangeSet,
  subtract,
  union,
} from '../../../functions/core/time/range.ts';
import { ceilTo, DAY, floorTo } from '../../../functions/core/time/time.ts';
import { stepOf } from '../../../functions/core/time/timeframe.ts';
import { copyOf } from '../copy.ts';
import type { Author, Book, MemoryWarehouse, Span } from './warehouse.ts';

/**
 * A venue may fill an outage later, and an unpublished file may still be published. Such a proof expires when as much time
 * has passed since the proof as lay between the hole and the proof, and after a day at least. Every other reason is final.
 */
const isFinal = ({ reason }: Span): boolean => reason !== 'venue-outage' && reason !== 'not-published';

/** @param share of that time; after half of it a proof may be renewed together with one that it touches */
export const isFresh = (
  { fetchedAt, end }: Pick<Span, 'fetchedAt' | 'end'>,
  now: number,
  share: 0.5 | 1,
): boolean => now < fetchedAt + share * Math.max(DAY, fetchedAt - end);

/** Whether the series was purged and has not been ordered since: nothing of it is written. */
export const isPurged = ({ record }: Book): boolean =>
  record?.purgedAt !== undefined && record.purgedAt === record.unfollowedAt;

/** First and last instant of the spans with rows, and how many rows they have. */
export interface Extent {
  readonly start: number;
  readonly end: number;
  readonly rows: number;
}

const NOTHING: Extent = { start: Number.POSITIVE_INFINITY, end: Number.NEGATIVE_INFINITY, rows: 0 };

/** What spans come to. They are replaced and never changed, so each is computed once for them. */
class Account {
  readonly #spans: readonly Span[];
  #have: RangeSet | undefined;
  #extent: Extent | undefined;
  #proofs: readonly Span[] | undefined;
  #accounted: RangeSet | undefined;
  #lasting: RangeSet | undefined;
  #expiring: readonly Span[] | undefined;
  #latest: number | undefined;
  #failed: readonly Span[] | undefined;

  constructor(spans: readonly Span[]) {
    this.#spans = spans;
  }

  /** That of these spans and of some with rows that were entered besides: what is known already is not computed again. */
  with(spans: readonly Span[], entered: readonly Span[]): Account {
    const made = new Account(spans);
    const ranges = normalize(entered);
    made.#latest = this.#latest === undefined ? undefined : lastOf(this.#latest, entered);
    made.#have = this.#have && union(this.#have, ranges);
    made.#extent = this.#extent && widened(this.#extent, entered);
    made.#proofs = this.#proofs;
    made.#failed = this.#failed;
    made.#accounted = this.#accounted && union(this.#accounted, ranges);
    made.#lasting = this.#lasting && union(this.#lasting, ranges);
    made.#expiring = this.#expiring;
    return made;
  }

  /** the end of the last span, whatever it says */
  get latest(): number {
    this.#latest ??= lastOf(Number.NEGATIVE_INFINITY, this.#spans);
    return this.#latest;
  }

  get extent(): Extent {
    this.#extent ??= widened(NOTHING, this.#spans);
    return this.#extent;
  }

  get have(): RangeSet {
    this.#have ??= normalize(this.#spans.filter(({ state }) => state === 'have'));
    return this.#have;
  }

  get proofs(): readonly Span[] {
    this.#proofs ??= this.#spans.filter(({ state }) => state === 'empty');
    return this.#proofs;
  }

  /** the newest first */
  get failed(): readonly Span[] {
    this.#failed ??= this.#spans.filter(({ state }) => state === 'failed').sort((a, b) => b.id - a.id);
    return this.#failed;
  }

  /** rows and proofs, whether or not these have expired */
  get accounted(): RangeSet {
    this.#accounted ??= union(this.have, normalize(this.proofs));
    return this.#accounted;
  }

  /** rows and the proofs that never expire */
  get lasting(): RangeSet {
    this.#lasting ??= union(this.have, normalize(this.proofs.filter(isFinal)));
    return this.#lasting;
  }

  get expiring(): readonly Span[] {
    this.#expiring ??= this.proofs.filter((span) => !isFinal(span));
    return this.#expiring;
  }
}

const lastOf = (before: number, spans: readonly Span[]): number =>
  spans.reduce((last, { end }) => Math.max(last, end), before);

const widened = (extent: Extent, spans: readonly Span[]): Extent => {
  let { start, end, rows } = extent;
  for (const span of spans) {
    if (span.state !== 'have') continue;
    start = Math.min(start, span.start);
    end = Math.max(end, span.end);
    rows += span.rows;
  }
  return { start, end, rows };
};

const accounts = new WeakMap<readonly Span[], Account>();

function accountOf({ spans }: Book): Account {
  const known = accounts.get(spans);
  if (known) return known;
  const made = new Account(spans);
  accounts.set(spans, made);
  return made;
}

export const haveIn = (book: Book): RangeSet => accountOf(book).have;

export const extentIn = (book: Book): Extent => accountOf(book).extent;

/** Proofs that are not to be renewed yet. */
export const proofsIn = (book: Book, now: number): RangeSet =>
  normalize(accountOf(book).proofs.filter((span) => isFinal(span) || isFresh(span, now, 0.5)));

/** Spans that were proven empty, whether or not the proof has expired. */
export const emptySpans = (book: Book): readonly Span[] => accountOf(book).proofs;

/** Spans in which the last request failed, the newest first. */
export const failedSpans = (book: Book): readonly Span[] => accountOf(book).failed;

/** What has rows or was proven empty, whether or not the proof has expired. */
export const accountedIn = (book: Book): RangeSet => accountOf(book).accounted;

/** What retention excludes of a series, on its grid. */
export function retiredIn(
  { retention }: MemoryWarehouse,
  { series }: Book,
  within: Range,
  now: number,
): RangeSet {
  // Mostly there is no rule, and this comes several times with each job.
  if (retention.length === 0) return [];
  const step = stepOf(series.timeframe);
  const ranges = retention
    .filter(({ source }) => source === series.source)
    .flatMap(({ before, keepMs, dropped }): Range[] => [
      ...(before === undefined ? [] : [{ start: within.start, end: floorTo(before, step) }]),
      ...(keepMs === undefined ? [] : [{ start: within.start, end: floorTo(now - keepMs, step) }]),
      ...(dropped ? [{ start: ceilTo(dropped.start, step), end: floorTo(dropped.end, step) }] : []),
    ]);
  return clip(normalize(ranges), within);
}

/** requested − have − proven empty − retired. @param provenAt epoch ms: proofs that held then count */
export function missingIn(
  warehouse: MemoryWarehouse,
  book: Book,
  requested: Range,
  now: number,
  provenAt = now,
): RangeSet {
  const kept = subtract(normalize([requested]), retiredIn(warehouse, book, requested, now));
  const { lasting, expiring } = accountOf(book);
  const fresh = expiring.filter((span) => isFresh(span, provenAt, 1));
  if (fresh.length === 0) return subtract(kept, lasting);
  const without = (proofs: readonly Span[]): RangeSet => subtract(kept, union(lasting, normalize(proofs)));
  const due = without(fresh);
  const renewable = without(fresh.filter((span) => isFresh(span, provenAt, 0.5)));
  return renewable.filter((range) => intersect([range], due).length > 0);
}

/** Removes a set from the spans of some states. What is left of a span keeps its provenance. */
export function removeSpans(
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
  const isCut = (span: Span): boolean => states.includes(span.state) && intersect([span], set).length > 0;
  // Mostly nothing of it lies there, and what is known of the spans still holds.
  if (set.length === 0 || !book.spans.some(isCut)) return;
  book.spans = book.spans.flatMap((span) => {
    if (!isCut(span)) return [span];
    return subtract([span], set).map(
      (part): Span => ({ ...span, ...part, id: warehouse.nextId(), rows: rowsIn(span, part) }),
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
  if (spans.length === 0) return;
  const step = stepOf(book.series.timeframe);
  const entered: Span[] = [];
  for (const { span, state, reason, evidence, object, sha256, count } of spans) {
    for (const part of cutAtMonths(span)) {
      const rows = count?.(part) ?? (part.end - part.start) / step;
      entered.push({
        start: part.start,
        end: part.end,
        id: warehouse.nextId(),
        state,
        reason: reason ?? null,
        evidence: copyOf((evidence ?? []) as Span['evidence']),
        rows: state === 'have' ? rows : 0,
        object: object ?? null,
        sha256: sha256 ?? null,
        jobId: by.jobId,
        chunk: by.chunk,
        fetchedAt: by.at,
      });
    }
  }
  const before = accountOf(book);
  const { latest } = before;
  const isNear = ({ start, end }: Span): boolean => entered.some((one) => one.start < end && one.end > start);
  // Most come after all that is there.
  const near = entered.every(({ start }) => start >= latest) ? [] : book.spans.filter(isNear);
  const doubled = overlapIn([...near, ...entered]);
  if (doubled && entered.some(({ start, end }) => start < doubled.end && end > doubled.start)) {
    const found = 'another span lies there';
    throw brokenInvariant(book.series, { invariant: 'no-overlap', span: doubled, found });
  }
  book.spans = [...book.spans, ...entered];
  if (entered.every(({ state }) => state === 'have'))
    accounts.set(book.spans, before.with(book.spans, entered));
  warehouse.enters(by.jobId, book);
}

export const cutAtMonths = (span: Range): RangeSet =>
  periodsIn('month', span).flatMap((month) => clip([span], month));

/** Records a failure. Only the last error of a span is kept, and only where rows are still missing. */
export function noteFailed(
  warehouse: MemoryWarehouse,
  book: Book,
  span: Range,
  error: { readonly code: string; readonly message: string; readonly evidence?: readonly unknown[] },
  by: Author,
): void {
  const { evidence = [], ...words } = error;
  removeSpans(warehouse, book, normalize([span]), ['failed']);
  const missing = missingIn(warehouse, book, span, by.at);
  // An expired proof that was not renewed: the gap is shown with its error, and no two spans overlap.
  removeSpans(warehouse, book, missing, ['empty']);
  const failed = missing.map((gap): NewSpan => {
    return { span: gap, state: 'failed', reason: error.code, evidence: [words, ...evidence] };
  });
  enterSpans(warehouse, book, failed, by);
}
