import { gapCause } from '../../../functions/core/ledger/cause.ts';
import type { Gap, ReportFilter, SeriesReport } from '../../../functions/core/ledger/ports.ts';
import type { EmptyReason } from '../../../functions/core/series/empty-reason.ts';
import { seriesLabel } from '../../../functions/core/series/series.ts';
import { intersect, normalize, type RangeSet, subtract } from '../../../functions/core/time/range.ts';
import { stepOf } from '../../../functions/core/time/timeframe.ts';
import type { Step } from '../step.ts';
import { accountedIn } from './ledger.ts';
import type { Book, MemoryWarehouse, SeriesRecord } from './warehouse.ts';

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

/** Reports series by series. An expired proof still counts as a proof here. */
export async function report(
  warehouse: MemoryWarehouse,
  step: Step,
  filter: ReportFilter,
): Promise<SeriesReport[]> {
  await step('report');
  // One query reads the ledger of all series. The rows of each are looked at afterwards, when others may have written.
  const accounts = requestedBooks(warehouse, filter).map((book): RequestedBook => ({ ...book }));
  const reports: SeriesReport[] = [];
  for (const account of accounts) {
    await step(`first and last row of ${seriesLabel(account.series)}`);
    reports.push(reportOf(warehouse, account, account.record));
  }
  return reports;
}

function reportOf({ rows }: MemoryWarehouse, book: Book, record: SeriesRecord): SeriesReport {
  const { series, spans, findings } = book;
  const { requested, followed, auditedAt, since, unfollowedAt } = record;
  const [first, last] = [rows.first(series), rows.last(series)];
  const accounted = spans.reduce((sum, span) => sum + (span.state === 'have' ? span.rows : 0), 0);
  return {
    ...series,
    requested,
    ...(first && last && { earliest: first.time, latest: last.time }),
    rows: rows.table(series).cadence === 'irregular' ? rows.count(series) : accounted,
    followed,
    ...(auditedAt !== undefined && { auditedAt }),
    ...(since !== undefined && { since }),
    ...(unfollowedAt !== undefined && { unfollowedAt }),
    gaps: explained(book, subtract(requested, accountedIn(book))),
    empty: emptyIn(book),
    findings: findings.size,
  };
}

function emptyIn({ spans }: Book): SeriesReport['empty'] {
  const byReason = Map.groupBy(
    spans.filter(({ state }) => state === 'empty'),
    ({ reason }) => reason as EmptyReason,
  );
  return [...byReason]
    .flatMap(([reason, of]) => normalize(of).map(({ start, end }) => ({ start, end, reason })))
    .sort((a, b) => a.start - b.start);
}

/** Cuts what is missing into gaps: each with the newest error there, or with none where nothing was fetched yet. */
function explained({ series, spans }: Book, missing: RangeSet): Gap[] {
  const step = stepOf(series.timeframe);
  const out: Gap[] = [];
  let rest = missing;
  const failed = spans.filter(({ state }) => state === 'failed').sort((a, b) => b.id - a.id);
  for (const span of failed) {
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
