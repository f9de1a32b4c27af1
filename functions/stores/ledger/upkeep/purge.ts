import { badRequest } from '../../../core/errors/bad-request.ts';
import { type Series, seriesLabel } from '../../../core/series/series.ts';
import { type TableSpec, timeColumn } from '../../../core/series/table.ts';
import { periodAt } from '../../../core/time/period.ts';
import { type Range, type RangeSet, union } from '../../../core/time/range.ts';
import { type Clock, HOUR } from '../../../core/time/time.ts';
import { stepOf } from '../../../core/time/timeframe.ts';
import { tableName } from '../../copy/copy.ts';
import { ofSeries, ownRows } from '../../postgres/fragments.ts';
import type { Sql, Transaction } from '../../postgres/postgres.ts';
import { readRequested, readSpanned } from '../spans/read-ledger.ts';
import { markRows } from '../spans/sums.ts';
import { lockMonths } from '../spans/write-spans.ts';
import { accountsForDeletes } from './recount.ts';

/** What one call of a purge has deleted. */
export interface Purged {
  readonly rows: number;
  /** all rows of the series are gone; otherwise call again to continue */
  readonly done: boolean;
}

/**
 * Deletes the rows of a series with their spans, in one transaction for each month (or year, for coarse grids), so that rows and
 * ledger agree whenever it is interrupted. From its first step on the series is unfollowed, and its pages are dropped until it
 * is ordered again.
 * @param forMs starts no further piece after this much time; at least one piece is deleted
 * @throws GordonError `series-at-work` when the series was ordered meanwhile
 */
export async function purgeRows(
  sql: Sql,
  table: TableSpec,
  series: Series,
  clock: Clock,
  forMs: number,
): Promise<Purged> {
  const began = clock();
  await begin(sql, series, began);
  const unit = stepOf(series.timeframe) < HOUR ? 'month' : 'year';
  let rows = 0;
  for (let at = await firstRow(sql, table, series); at !== undefined; ) {
    rows += await deletePiece(sql, table, series, periodAt(unit, at));
    at = await firstRow(sql, table, series);
    if (at !== undefined && Math.abs(clock() - began) >= forMs) return { rows, done: false };
  }
  return { rows, done: true };
}

/**
 * The end of a purge, when no row is left: removes from the ledger everything else about the series, except the lives of
 * its symbol. @throws GordonError `series-at-work`
 */
export async function forgetSeries(sql: Sql, table: TableSpec, series: Series): Promise<void> {
  await sql.begin(async (tx) => {
    await lockMonths(tx, series, await everywhere(tx, series));
    await holdPurged(tx, series);
    await accountsForDeletes(tx);
    await tx`delete from ${tx.unsafe(tableName(table))} t where ${ownRows(tx, table, series)}`;
    await markRows(tx, series);
    for (const name of ['coverage', 'findings', 'row_changes', 'kept_candles'])
      await tx`delete from market_data.${tx(name)} where ${ofSeries(tx, series)}`;
    await tx`
      update market_data.series set requested = '{}', first_requested_at = null, audited_at = null,
        archives_watched_at = null, histories_watched_at = null, history_turns = 0
      where ${ofSeries(tx, series)}`;
  });
}

/** Commits that are under way hold the locks of their months. Once these are free, every later one sees that the series is purged. */
async function begin(sql: Sql, series: Series, now: number): Promise<void> {
  await sql.begin(async (tx) => {
    await lockMonths(tx, series, await everywhere(tx, series));
    await tx`select from market_data.series where ${ofSeries(tx, series)} for update`;
    await tx`delete from market_data.open_requests where ${ofSeries(tx, series)}`;
    await tx`
      update market_data.series set unfollowed_at = ${new Date(now)}, purged_at = ${new Date(now)}, followed = false
      where ${ofSeries(tx, series)}`;
  });
}

/** Everything that pages of the series may touch. */
const everywhere = async (tx: Transaction, series: Series): Promise<RangeSet> =>
  union(await readRequested(tx, series), await readSpanned(tx, series));

async function deletePiece(sql: Sql, table: TableSpec, series: Series, piece: Range): Promise<number> {
  return sql.begin(async (tx) => {
    await lockMonths(tx, series, [piece]);
    await holdPurged(tx, series);
    await accountsForDeletes(tx);
    const time = tx`t.${tx(timeColumn(table))}`;
    const [start, end] = [new Date(piece.start), new Date(piece.end)];
    const gone = await tx`
      delete from ${tx.unsafe(tableName(table))} t
      where ${ownRows(tx, table, series)} and ${time} >= ${start} and ${time} < ${end}`;
    // There may be rows without a span.
    await markRows(tx, series, [piece]);
    // Spans end at the borders of months.
    await tx`
      delete from market_data.coverage
      where ${ofSeries(tx, series)} and lower(span) >= ${start} and lower(span) < ${end}`;
    return gone.count;
  });
}

async function holdPurged(tx: Transaction, series: Series): Promise<void> {
  const [row] = await tx<{ purged: boolean }[]>`
    select coalesce(purged_at = unfollowed_at, false) as purged from market_data.series
    where ${ofSeries(tx, series)} for update`;
  if (row?.purged) return;
  const message = 'somebody ordered it again while it was purged; what is left of it stays.';
  throw badRequest('series-at-work', seriesLabel(series), message, 'See GET /backfill/series.');
}

async function firstRow(sql: Sql, table: TableSpec, series: Series): Promise<number | undefined> {
  const time = sql`t.${sql(timeColumn(table))}`;
  const [row] = await sql<{ first: Date }[]>`
    select ${time} as first from ${sql.unsafe(tableName(table))} t where ${ownRows(sql, table, series)}
    order by ${time} limit 1`;
  return row?.first.getTime();
}
