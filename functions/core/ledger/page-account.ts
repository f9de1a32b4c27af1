import { GordonError } from '../errors/errors.ts';
import { seriesLabel } from '../series/series.ts';
import { type Batch, lowerBound, sliceBatch, type TableSpec } from '../series/table.ts';
import { measure, normalize, type Range, type RangeSet, subtract, union } from '../time/range.ts';
import { iso } from '../time/time.ts';
import { stepOf } from '../time/timeframe.ts';
import type { Page } from './coverage.ts';
import type { NewSpan } from './new-span.ts';

/** What the ledger knows of a range: spans with rows, and proofs that still hold. */
export interface KnownSpans {
  readonly have: RangeSet;
  readonly proven: RangeSet;
}

/** What pages add to the ledger. */
export interface Account {
  /** each page with those of its rows that are new */
  readonly fresh: readonly { readonly page: Page; readonly batches: readonly Batch[] }[];
  readonly rows: number;
  readonly spans: readonly NewSpan[];
  /** what the spans cover */
  readonly written: RangeSet;
}

/**
 * The account of pages of one series, in their order: where two pages have the same row, the first one counts. A row always
 * overrides a proof that there is none, whichever page it is in. A proof that exists is not written again.
 * @throws GordonError `overclaimed-span`
 */
export function accountPages(
  table: TableSpec,
  pages: readonly Page[],
  { have, proven }: KnownSpans,
): Account {
  const spans: NewSpan[] = [];
  let written: RangeSet = [];
  const fresh = pages.map((page) => {
    const own = subtract(subtract(normalize(page.have), have), written);
    spans.push(...rowSpans(page, table, own));
    written = union(written, own);
    return { page, batches: sliceRows(page.rows, own) };
  });
  let settled = union(union(have, written), proven);
  for (const { empty, object } of pages) {
    for (const { span: whole, reason, evidence } of empty) {
      const open = subtract(normalize([whole]), settled);
      spans.push(...open.map((span) => ({ span, state: 'empty' as const, reason, evidence, object })));
      written = union(written, open);
      settled = union(settled, open);
    }
  }
  const rows = fresh.flatMap(({ batches }) => batches).reduce((sum, batch) => sum + batch.length, 0);
  return { fresh, rows, spans, written };
}

/** The rows of a set of ranges, a batch for each. */
export const sliceRows = (rows: Batch, set: RangeSet): Batch[] =>
  set
    .map((range) => sliceBatch(rows, lowerBound(rows.times, range.start), lowerBound(rows.times, range.end)))
    .filter((batch) => batch.length > 0);

function rowSpans(page: Page, table: TableSpec, fresh: RangeSet): NewSpan[] {
  const step = stepOf(page.series.timeframe);
  const count = (part: Range): number =>
    lowerBound(page.rows.times, part.end) - lowerBound(page.rows.times, part.start);
  if (table.cadence === 'irregular') {
    return fresh.map((span) => ({ span, state: 'have', object: page.object, sha256: page.sha256, count }));
  }
  return fresh.map((span) => {
    const rows = count(span);
    if (rows * step !== measure([span])) throw overclaimed(page, span.start, rows, measure([span]) / step);
    return { span, state: 'have', object: page.object, sha256: page.sha256 };
  });
}

const overclaimed = (page: Page, at: number, rows: number, steps: number): GordonError =>
  new GordonError({
    code: 'overclaimed-span',
    subject: seriesLabel(page.series),
    message: `a page from ${page.object} claims ${steps} steps from ${iso(at)} on and brings ${rows} rows.`,
  });
