import type { Page } from '../core/coverage.ts';
import { GordonError } from '../core/errors.ts';
import { hull, measure, normalize, type Range, type RangeSet, subtract, union } from '../core/range.ts';
import { seriesLabel } from '../core/series.ts';
import { type Batch, lowerBound, sliceBatch, type TableSpec } from '../core/table.ts';
import { iso } from '../core/time.ts';
import { stepOf } from '../core/timeframe.ts';
import { copyRows, tableName } from './copy.ts';
import { insertFindings } from './findings.ts';
import {
  type Author,
  carve,
  insertSpans,
  lockMonths,
  type NewSpan,
  noteFailed,
  type Said,
  saidOf,
} from './ledger.ts';
import type { Sql } from './postgres.ts';
import { mergeRows } from './staging.ts';

/**
 * Writes a page's rows and their account in one transaction.
 * @returns rows that are now accounted for and were not before
 */
export async function commitPage(sql: Sql, table: TableSpec, page: Page, by: Author): Promise<number> {
  try {
    return await attempt(sql, table, page, by, 'copy');
  } catch (error) {
    if ((error as { code?: unknown }).code !== '23505') throw error;
    // Rows without an account: a restored table, or a span that an audit took out for one lost row.
    return await attempt(sql, table, page, by, 'merge');
  }
}

/**
 * Rows and account are lost or kept together, so a crash that takes the last half second back leaves nothing wrong: the spans
 * are missing again. That saves a wait for the disk with every page. Sent along with the `begin`.
 */
const NO_WAIT = '; set local synchronous_commit = off';

const NOTHING_SAID: Said = { have: [], proven: [], other: [] };

function attempt(sql: Sql, table: TableSpec, page: Page, by: Author, how: 'copy' | 'merge'): Promise<number> {
  return sql.begin(async (tx) => {
    const claimed = page.empty.reduce((set, { span }) => union(set, [span]), normalize(page.have));
    const around = hull(claimed);
    const unproven = normalize((page.unproven ?? []).map(({ span }) => span));
    if (!around && (page.provisional ?? []).length === 0 && unproven.length === 0) {
      await insertFindings(tx, page, by);
      return 0;
    }
    await lockMonths(tx, page.series, union(union(claimed, unproven), normalize(page.provisional ?? [])));
    const { have, proven, other } = around ? await saidOf(tx, page.series, around, by.at) : NOTHING_SAID;

    // A row is worth more than a proof that there is none; and a proof is not worth writing twice.
    const fresh = subtract(normalize(page.have), have);
    const spans: NewSpan[] = [...rowSpans(page, table, fresh)];
    let settled = union(union(have, fresh), proven);
    let written = fresh;
    for (const empty of page.empty) {
      for (const span of subtract(normalize([empty.span]), settled)) {
        spans.push({
          span,
          state: 'empty',
          reason: empty.reason,
          evidence: empty.evidence,
          object: page.object,
        });
        written = union(written, [span]);
      }
      settled = union(settled, normalize([empty.span]));
    }

    const batches = slicesOf(page.rows, fresh);
    let rows = batches.reduce((sum, batch) => sum + batch.length, 0);
    if (rows > 0) {
      if (how === 'copy') await copyRows(tx, tableName(table), table, batches);
      else await mergeRows(tx, table, page, batches, by);
    }
    const provisional = slicesOf(page.rows, page.provisional ?? []);
    if (provisional.length > 0) {
      rows += await mergeRows(tx, table, page, provisional);
    }
    if (proven.length + other.length > 0) await carve(tx, page.series, written, ['empty', 'failed']);
    await insertSpans(tx, page.series, spans, by);
    for (const { span, ...error } of page.unproven ?? []) await noteFailed(tx, page.series, span, error, by);
    await insertFindings(tx, page, by);
    return rows;
  }, NO_WAIT);
}

const slicesOf = (rows: Batch, set: RangeSet): Batch[] =>
  set
    .map((range) => sliceBatch(rows, lowerBound(rows.times, range.start), lowerBound(rows.times, range.end)))
    .filter((batch) => batch.length > 0);

function rowSpans(page: Page, table: TableSpec, fresh: RangeSet): NewSpan[] {
  const step = stepOf(page.series.timeframe);
  const count = (part: Range): number =>
    lowerBound(page.rows.times, part.end) - lowerBound(page.rows.times, part.start);
  if (table.rhythm === 'events') {
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
    ...{ name: 'PermanentError', code: 'overclaimed-span', subject: seriesLabel(page.series) },
    message: `a page from ${page.object} claims ${steps} steps from ${iso(at)} on and brings ${rows} rows.`,
    remedy: 'This is a fault of the source: its rows must lie on the grid, one for each step that it claims.',
  });
