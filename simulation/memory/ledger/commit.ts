import { GordonError } from '../../../functions/core/errors/errors.ts';
import type { Page } from '../../../functions/core/ledger/coverage.ts';
import { seriesLabel } from '../../../functions/core/series/series.ts';
import { countWithin, rowsWithin } from '../../../functions/core/series/table.ts';
import {
  measure,
  normalize,
  type Range,
  type RangeSet,
  subtract,
  union,
} from '../../../functions/core/time/range.ts';
import { iso } from '../../../functions/core/time/time.ts';
import { stepOf } from '../../../functions/core/time/timeframe.ts';
import { cutOut, enterSpans, haveIn, type NewSpan, noteFailed, proofsIn } from './ledger.ts';
import type { Author, MemoryWarehouse } from './warehouse.ts';

/**
 * Commits the rows, spans and findings of pages of one series as a whole.
 * @returns the number of rows that are newly accounted for, plus provisional rows that are new or changed
 * @throws GordonError `overclaimed-span`, before anything is changed
 */
export function commitPages(warehouse: MemoryWarehouse, pages: readonly Page[], by: Author): number {
  const book = warehouse.book(pages[0]!.series);
  const events = warehouse.rows.table(book.series).cadence === 'irregular';
  const spans: NewSpan[] = [];
  let written: RangeSet = [];
  const fresh = pages.map((page) => {
    const own = subtract(normalize(page.have), union(haveIn(book), written));
    spans.push(...own.map((span) => rowSpan(page, span, events)));
    written = union(written, own);
    return { page, own };
  });
  // A row outweighs a proof of emptiness, whichever page each is in.
  let settled = union(union(haveIn(book), written), proofsIn(book, by.at));
  for (const { empty, object } of pages) {
    for (const { span: whole, reason, evidence } of empty) {
      const open = subtract(normalize([whole]), settled);
      spans.push(...open.map((span): NewSpan => ({ span, state: 'empty', reason, evidence, object })));
      written = union(written, open);
      settled = union(settled, open);
    }
  }

  let rows = 0;
  for (const { page, own } of fresh) {
    const accounted = rowsWithin(page.rows, own);
    const { replaced } = warehouse.rows.merge(page.series, accounted);
    rows += accounted.length;
    if (replaced > 0) {
      const finding = { kind: 'rows-replaced', time: accounted.times[0]!, detail: { rows: replaced } };
      warehouse.note(page, [finding], by);
    }
    const changing = rowsWithin(page.rows, normalize(page.provisional ?? []));
    rows += warehouse.rows.merge(page.series, changing).written;
  }
  cutOut(warehouse, book, written, ['empty', 'failed']);
  enterSpans(warehouse, book, spans, by);
  for (const page of pages) {
    for (const { span, ...error } of page.unproven ?? []) noteFailed(warehouse, book, span, error, by);
    warehouse.note(page, page.findings, by);
  }
  return rows;
}

function rowSpan(page: Page, span: Range, events: boolean): NewSpan {
  const { object, sha256, rows, series } = page;
  const count = (part: Range): number => countWithin(rows.times, [part]);
  if (events) return { span, state: 'have', object, sha256, count };
  const steps = measure([span]) / stepOf(series.timeframe);
  if (count(span) !== steps) throw overclaimed(page, span.start, count(span), steps);
  return { span, state: 'have', object, sha256 };
}

const overclaimed = (page: Page, at: number, rows: number, steps: number): GordonError =>
  new GordonError({
    name: 'PermanentError',
    code: 'overclaimed-span',
    subject: seriesLabel(page.series),
    message: `a page from ${page.object} claims ${steps} steps from ${iso(at)} on and brings ${rows} rows.`,
    remedy: 'This is a fault of the source: its rows must lie on the grid, one for each step that it claims.',
  });
