import type { Page } from '../../../functions/core/ledger/coverage.ts';
import { type Breach, brokenInvariant } from '../../../functions/core/ledger/invariants.ts';
import type { NewSpan } from '../../../functions/core/ledger/new-span.ts';
import { accountPages, sliceRows } from '../../../functions/core/ledger/page-account.ts';
import { type Batch, rowsWithin } from '../../../functions/core/series/table.ts';
import { normalize, type Range } from '../../../functions/core/time/range.ts';
import { stepOf } from '../../../functions/core/time/timeframe.ts';
import { cutAtMonths, enterSpans, haveIn, isPurged, noteFailed, proofsIn, removeSpans } from './ledger.ts';
import type { Author, Book, MemoryWarehouse } from './warehouse.ts';

/** What is written of a page: its rows that are accounted for, and those that may still change. */
interface Fresh {
  readonly page: Page;
  readonly batches: readonly Batch[];
  readonly changing: readonly Batch[];
}

/**
 * Commits the rows, spans and findings of pages of one series as a whole.
 * @returns the number of rows that are newly accounted for, plus provisional rows that are new or changed
 * @throws GordonError `overclaimed-span`, `broken-invariant`, before anything is changed
 */
export function commitPages(warehouse: MemoryWarehouse, pages: readonly Page[], by: Author): number {
  const book = warehouse.book(pages[0]!.series);
  if (isPurged(book)) return 0;
  const table = warehouse.rows.table(book.series);
  const known = { have: haveIn(book), proven: proofsIn(book, by.at) };
  const account = accountPages(table, pages, known);
  const { spans, written } = account;
  const fresh = account.fresh.map(
    ({ page, batches }): Fresh => ({
      page,
      batches,
      changing: sliceRows(page.rows, normalize(page.provisional ?? [])),
    }),
  );
  const breach = breachIn(warehouse, book, spans, fresh);
  if (breach) throw brokenInvariant(book.series, breach);

  let { rows } = account;
  for (const { page, batches, changing } of fresh) {
    const replaced = batches.reduce(
      (sum, batch) => sum + warehouse.rows.merge(book.series, batch).replaced,
      0,
    );
    if (replaced > 0) {
      const finding = { kind: 'rows-replaced', time: batches[0]!.times[0]!, detail: { rows: replaced } };
      warehouse.note(page, [finding], by);
    }
    for (const batch of changing) rows += warehouse.rows.merge(book.series, batch).written;
  }
  removeSpans(warehouse, book, written, ['empty', 'failed']);
  enterSpans(warehouse, book, spans, by);
  for (const page of pages) {
    for (const { span, ...error } of page.unproven ?? []) noteFailed(warehouse, book, span, error, by);
    warehouse.note(page, page.findings, by);
  }
  return rows;
}

/**
 * The first span that would disagree with the table. The real store finds it after it has written and rolls back; here it is
 * computed before. The account of events may be smaller than the table, never larger.
 */
function breachIn(
  { rows }: MemoryWarehouse,
  { series }: Book,
  spans: readonly NewSpan[],
  fresh: readonly Fresh[],
): Breach | undefined {
  const step = stepOf(series.timeframe);
  const irregular = rows.table(series).cadence === 'irregular';
  const accounted = fresh.flatMap(({ batches }) => batches);
  const arriving = [...accounted, ...fresh.flatMap(({ changing }) => changing)];
  const foundIn = (part: Range): number =>
    arriving.reduce(
      (sum, batch) => sum + rows.fresh(series, rowsWithin(batch, [part])),
      rows.count(series, part),
    );
  for (const span of spans) {
    for (const part of cutAtMonths(span.span)) {
      const found = foundIn(part);
      if (span.state === 'empty') {
        if (found > 0) return { invariant: 'no-proof-over-rows', span: part, found: 'there are rows' };
        continue;
      }
      const claimed = span.count?.(part) ?? (part.end - part.start) / step;
      if (found === claimed || (irregular && found > claimed)) continue;
      const words = `${claimed} rows in the account, ${found} in the table`;
      return { invariant: 'rows-counted', span: part, found: words };
    }
  }
  return undefined;
}
