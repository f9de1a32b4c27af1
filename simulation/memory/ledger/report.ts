import { gapCause } from '../../../functions/core/ledger/cause.ts';
import type { Gap, Pace, ReportFilter, SeriesReport } from '../../../functions/core/ledger/ports.ts';
import type { EmptyReason } from '../../../functions/core/series/empty-reason.ts';
import { type Series, seriesLabel } from '../../../functions/core/series/series.ts';
import { intersect, normalize, type RangeSet, subtract } from '../../../functions/core/time/range.ts';
import { stepOf, type Timeframe } from '../../../functions/core/time/timeframe.ts';
import type { Step } from '../step.ts';
import { accountedIn, emptySpans, extentIn, failedSpans } from './ledger.ts';
import type { Book, MemoryWarehouse, SeriesRecord, Span } from './warehouse.ts';

type RequestedBook = Book & { readonly record: SeriesRecord };

/** Every requested series that the filter selects. */
export function requestedBooks(warehouse: MemoryWarehouse, filter: ReportFilter): RequestedBook[] {
  const { sources, symbols, timeframe } = filter;
  return warehouse.books().filter((book): book is RequestedBook => {
    const { series, record } = book;
    if (!record || record.requested.length === 0) return false;
    if (sources && !sources.includes(series.source)) return false;
    if (symbols && !symbols.includes(series.symbol)) return false;
    return !timeframe || timeframe === series.timeframe;
  });
}

/** Reports all series. An expired proof still counts as a proof here. */
export async function report(
  warehouse: MemoryWarehouse,
  step: Step,
  filter: ReportFilter,
): Promise<SeriesReport[]> {
  await step('report');
  // One query reads the ledger of all series. Rows of events are counted afterwards, when others may have written.
  const accounts = requestedBooks(warehouse, filter).map((book): RequestedBook => ({ ...book }));
  const { rows } = warehouse;
  const events = accounts.filter(({ series }) => rows.table(series).cadence === 'irregular');
  const extents = new Map<string, Extent>();
  for (const of of Map.groupBy(events, ({ series }) => `${series.source} ${series.timeframe}`).values()) {
    await step(`first and last rows of ${of.map(({ series }) => seriesLabel(series)).join(', ')}`);
    for (const { series } of of) extents.set(seriesLabel(series), countedExtent(warehouse, series));
  }
  return accounts.map((account) =>
    reportOf(account, account.record, extents.get(seriesLabel(account.series)) ?? extentOf(account)),
  );
}

/** First and last row of a series, and how many it has. */
type Extent = Pick<SeriesReport, 'earliest' | 'latest' | 'rows'>;

function countedExtent({ rows }: MemoryWarehouse, series: Series): Extent {
  const [first, last] = [rows.first(series), rows.last(series)];
  return { ...(first && last && { earliest: first.time, latest: last.time }), rows: rows.count(series) };
}

/** A span with rows has one for each step, so no row has to be read. */
function extentOf(book: Book): Extent {
  const { start, end, rows } = extentIn(book);
  return start > end ? { rows: 0 } : { earliest: start, latest: end - stepOf(book.series.timeframe), rows };
}

/** By the spans, which are replaced and never changed: most series are between two reports as they were. */
const reports = new WeakMap<readonly Span[], Pick<Book, 'record' | 'findings'> & { made: Account }>();
type Account = Omit<SeriesReport, keyof Extent>;

function reportOf(book: Book, record: SeriesRecord, extent: Extent): SeriesReport {
  const { spans, findings } = book;
  const known = reports.get(spans);
  if (known && known.record === record && known.findings === findings) return { ...known.made, ...extent };
  const made = madeOf(book, record);
  reports.set(spans, { record, findings, made });
  return { ...made, ...extent };
}

function madeOf(book: Book, record: SeriesRecord): Account {
  const { series, findings } = book;
  const { requested, followed, auditedAt, since, unfollowedAt } = record;
  return {
    ...series,
    requested,
    followed,
    ...(auditedAt !== undefined && { auditedAt }),
    ...(since !== undefined && { since }),
    ...(unfollowedAt !== undefined && { unfollowedAt }),
    gaps: explained(book, subtract(requested, accountedIn(book))),
    empty: emptyIn(emptySpans(book)),
    findings: findings.size,
  };
}

/** Proofs are replaced and never changed, so this is computed once for them. */
const empties = new WeakMap<readonly Span[], SeriesReport['empty']>();

function emptyIn(proofs: readonly Span[]): SeriesReport['empty'] {
  const known = empties.get(proofs);
  if (known) return known;
  const byReason = Map.groupBy(proofs, ({ reason }) => reason as EmptyReason);
  const made = [...byReason]
    .flatMap(([reason, of]) => normalize(of).map(({ start, end }) => ({ start, end, reason })))
    .sort((a, b) => a.start - b.start);
  empties.set(proofs, made);
  return made;
}

/** Cuts what is missing into gaps: each with the newest error there, or with none where nothing was fetched yet. */
function explained(book: Book, missing: RangeSet): Gap[] {
  const { series } = book;
  const step = stepOf(series.timeframe);
  const out: Gap[] = [];
  let rest = missing;
  for (const span of failedSpans(book)) {
    const { message } = span.evidence[0] as { readonly message: string };
    for (const { start, end } of intersect(rest, [span])) {
      const why = { cause: gapCause(span.reason ?? undefined), error: message, evidence: span.evidence };
      out.push({ start, end, steps: (end - start) / step, ...why });
    }
    rest = subtract(rest, [span]);
  }
  for (const { start, end } of rest) {
    out.push({ start, end, steps: (end - start) / step, cause: gapCause(undefined) });
  }
  return out.sort((a, b) => a.start - b.start);
}

/** Sums of the spans with rows, by symbol. */
export function pacesOf(warehouse: MemoryWarehouse, source: string, timeframe: Timeframe): Map<string, Pace> {
  const paces = new Map<string, Pace>();
  for (const { series, spans } of warehouse.books()) {
    if (series.source !== source || series.timeframe !== timeframe) continue;
    const have = spans.filter(({ state }) => state === 'have');
    if (have.length === 0) continue;
    paces.set(series.symbol, {
      rows: have.reduce((sum, { rows }) => sum + rows, 0),
      ms: have.reduce((sum, { start, end }) => sum + end - start, 0),
    });
  }
  return paces;
}
