import type { Page } from '../../core/ledger/coverage.ts';
import { brokenInvariant } from '../../core/ledger/invariants.ts';
import type { NewSpan } from '../../core/ledger/new-span.ts';
import { accountPages } from '../../core/ledger/page-account.ts';
import { concatBatches } from '../../core/series/batch.ts';
import { type Series, seriesLabel } from '../../core/series/series.ts';
import type { TableSpec } from '../../core/series/table.ts';
import { hull, normalize, type RangeSet } from '../../core/time/range.ts';
import { copyRows, tableName } from '../copy/copy.ts';
import type { Sql, Transaction } from '../postgres/postgres.ts';
import { commitPages, NO_WAIT } from './commit-pages.ts';
import { toBreach } from './spans/check-spans.ts';
import { insertFindings } from './spans/findings.ts';
import { readLedgers } from './spans/read-ledger.ts';
import { enterSpansOf, removeSpansOf } from './spans/several.ts';
import { type Author, lockAll } from './spans/write-spans.ts';

/** The pages of one series. */
interface Part {
  readonly series: Series;
  readonly pages: readonly Page[];
  /** what they account for */
  readonly set: RangeSet;
}

/**
 * Writes pages of several series of one table: with one COPY and one statement for each question to the ledger, however
 * many series there are. What needs more than that, such as rows that are there without an account, is written series by series.
 * @returns rows that are now accounted for and were not before
 * @throws GordonError `broken-invariant` when rows and account of a series do not agree: then nothing of it is written
 */
export async function commitSeveral(
  sql: Sql,
  table: TableSpec,
  pages: readonly Page[],
  by: Author,
): Promise<number> {
  const parts = [...Map.groupBy(pages, ({ series }) => seriesLabel(series)).values()].map(partOf);
  const [plain, special] = [parts.filter(isPlain), parts.filter((part) => !isPlain(part))];
  let rows = await together(sql, table, plain, by);
  const left = rows === undefined ? parts : special;
  rows ??= 0;
  for (const part of left) rows += await commitPages(sql, table, part.pages, by);
  return rows;
}

function partOf(pages: readonly Page[]): Part {
  const set = pages.flatMap(({ have, empty }) => [...have, ...empty.map(({ span }) => span)]);
  return { series: pages[0]!.series, pages, set: normalize(set) };
}

const isPlain = ({ pages, set }: Part): boolean =>
  set.length > 0 &&
  pages.every(({ unproven = [], provisional = [] }) => unproven.length + provisional.length === 0);

/** @returns undefined when there are rows without an account: then nothing was written */
async function together(
  sql: Sql,
  table: TableSpec,
  parts: readonly Part[],
  by: Author,
): Promise<number | undefined> {
  if (parts.length === 0) return 0;
  try {
    return await sql.begin((tx) => write(tx, table, parts, by), NO_WAIT);
  } catch (error) {
    if ((error as { code?: unknown }).code !== '23505') throw error;
    return undefined;
  }
}

async function write(tx: Transaction, table: TableSpec, parts: readonly Part[], by: Author): Promise<number> {
  await lockAll(tx, parts);
  const within = hull(normalize(parts.flatMap(({ set }) => set)))!;
  const ledgers = await readLedgers(
    tx,
    parts.map(({ series }) => series),
    within,
    by.at,
  );
  const accounts = parts.flatMap((part, i) =>
    ledgers[i]!.purged
      ? []
      : [{ ...part, ledger: ledgers[i]!, ...accountPages(table, part.pages, ledgers[i]!) }],
  );
  const rows = accounts.reduce((sum, account) => sum + account.rows, 0);
  if (rows > 0) {
    const batches = accounts.flatMap(({ fresh }) => fresh.flatMap((one) => one.batches));
    const copied = await copyRows(tx, tableName(table), table, [concatBatches(table, batches)]);
    if (copied !== rows) throw miscounted(parts[0]!.series, within, rows, copied);
  }
  const replaced = accounts.filter(({ ledger: { proven, other } }) => proven.length + other.length > 0);
  await removeSpansOf(
    tx,
    replaced.map(({ series, written }) => ({ series, set: written })),
  );
  const spans = accounts.map(({ series, spans }): readonly [Series, readonly NewSpan[]] => [series, spans]);
  const broken = await enterSpansOf(tx, table, spans, by);
  if (broken) throw brokenInvariant({ ...parts[0]!.series, symbol: broken.symbol }, toBreach(broken));
  for (const { pages } of accounts) for (const page of pages) await insertFindings(tx, page, by);
  return rows;
}

const miscounted = (series: Series, span: { start: number; end: number }, rows: number, copied: number) =>
  brokenInvariant(series, {
    invariant: 'rows-counted',
    span,
    found: `${rows} rows in the account of several series, and the server took ${copied}`,
  });
