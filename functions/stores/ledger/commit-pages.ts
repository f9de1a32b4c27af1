import type { GordonError } from '../../core/errors/errors.ts';
import type { Page } from '../../core/ledger/coverage.ts';
import { brokenInvariant } from '../../core/ledger/invariants.ts';
import { accountPages, sliceRows } from '../../core/ledger/page-account.ts';
import type { Series } from '../../core/series/series.ts';
import type { TableSpec } from '../../core/series/table.ts';
import { hull, normalize, type Range, type RangeSet, union } from '../../core/time/range.ts';
import { acquireCopySlot, copyRows, tableName, WORTH_A_SLOT } from '../copy/copy.ts';
import { mergeRows } from '../copy/staging.ts';
import type { Sql } from '../postgres/postgres.ts';
import { insertFindings } from './spans/findings.ts';
import { isPurged, type LedgerState, readLedger } from './spans/read-ledger.ts';
import { type Author, insertSpans, lockMonths, noteFailed, removeSpans } from './spans/write-spans.ts';

/**
 * Writes pages of one series and their account in one transaction.
 * @returns rows that are now accounted for and were not before: none of a series that was purged and not ordered since
 * @throws GordonError `broken-invariant` when rows and account do not agree: then nothing is written
 */
export async function commitPages(
  sql: Sql,
  table: TableSpec,
  pages: readonly Page[],
  by: Author,
): Promise<number> {
  try {
    return await attempt(sql, table, pages, by, 'copy');
  } catch (error) {
    if ((error as { code?: unknown }).code !== '23505') throw error;
    // There are rows without an account: the table was restored, or an audit removed a span because of one lost row.
    return await attempt(sql, table, pages, by, 'merge');
  }
}

/**
 * Rows and account are lost or kept together. A crash that loses the last half second is harmless: its spans are missing again.
 * This saves a wait for the disk with every page. The setting travels with the `begin`.
 */
export const NO_WAIT = '; set local synchronous_commit = off';

const EMPTY_LEDGER: Omit<LedgerState, 'purged'> = { have: [], proven: [], other: [] };

function attempt(
  sql: Sql,
  table: TableSpec,
  pages: readonly Page[],
  by: Author,
  how: 'copy' | 'merge',
): Promise<number> {
  const [{ series }] = pages as readonly [Page, ...Page[]];
  const claimed = all(pages, ({ have, empty }) => [...have, ...empty.map(({ span }) => span)]);
  const unproven = all(pages, (page) => (page.unproven ?? []).map(({ span }) => span));
  const provisional = all(pages, (page) => page.provisional ?? []);
  return sql.begin(async (tx) => {
    const touched = union(union(claimed, unproven), provisional);
    await lockMonths(tx, series, touched);
    const around = hull(claimed) ?? hull(touched);
    const ledger = around
      ? await readLedger(tx, series, around, by.at)
      : { ...EMPTY_LEDGER, purged: await isPurged(tx, series) };
    if (ledger.purged) return 0;
    const { fresh, spans, written, ...account } = accountPages(table, pages, ledger);
    let { rows } = account;
    if (rows > 0 && how === 'copy') {
      const batches = fresh.flatMap((one) => one.batches);
      if (rows >= WORTH_A_SLOT) await acquireCopySlot(tx, table, series.symbol);
      const copied = await copyRows(tx, tableName(table), table, batches);
      if (copied !== rows) throw miscounted(series, hull(written)!, rows, copied);
    }
    for (const { page, batches } of fresh) {
      if (how === 'merge' && batches.length > 0) await mergeRows(tx, table, page, batches, by);
      const changing = sliceRows(page.rows, page.provisional ?? []);
      if (changing.length > 0) rows += await mergeRows(tx, table, page, changing);
    }
    if (ledger.proven.length + ledger.other.length > 0)
      await removeSpans(tx, series, written, ['empty', 'failed']);
    await insertSpans(tx, series, spans, by, { table, merged: how === 'merge' });
    for (const page of pages) {
      for (const { span, ...error } of page.unproven ?? []) await noteFailed(tx, series, span, error, by);
      await insertFindings(tx, page, by);
    }
    return rows;
  }, NO_WAIT);
}

const miscounted = (series: Series, span: Range, rows: number, copied: number): GordonError =>
  brokenInvariant(series, {
    invariant: 'rows-counted',
    span,
    found: `${rows} rows in the account, and the server took ${copied}`,
  });

const all = (pages: readonly Page[], of: (page: Page) => RangeSet): RangeSet => normalize(pages.flatMap(of));
