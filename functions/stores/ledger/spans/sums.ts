import type { Series } from '../../../core/series/series.ts';
import type { RangeSet } from '../../../core/time/range.ts';
import { type Fragment, toMultirange } from '../../postgres/fragments.ts';
import { takeLocks } from '../../postgres/locks.ts';
import type { Runner, Sql, Transaction } from '../../postgres/postgres.ts';

/** Spans of the ledger within the marks of `marked`, by series and reason. A set of many marks is touched once for each series. */
const touched = (sql: Runner) => sql`
  select source, symbol, timeframe, reason, hit * m.span as set
  from (
    select c.source, c.symbol, c.timeframe, coalesce(c.reason, '') as reason, range_agg(c.span) as hit
    from (select source, symbol, timeframe, lower(span) as start, upper(span) as until from marked) m
    join market_data.coverage c on c.source = m.source and c.symbol = m.symbol and c.timeframe = m.timeframe
      and lower(c.span) < m.until and upper(c.span) > m.start and c.state <> 'failed'
    group by 1, 2, 3, 4) found join marked m using (source, symbol, timeframe)`;

/** The sums, without what is marked. */
const unmarked = (sql: Runner, chosen: Fragment) => sql`
  select source, symbol, timeframe, reason, set - coalesce(m.span, '{}') as set
  from market_data.ledger_sums left join marked m using (source, symbol, timeframe) where ${chosen}`;

/**
 * Common table expressions of which `sets` has the spans of the ledger that have rows or are proven empty, joined, by series and
 * reason; the reason of rows is an empty text. However many spans there are, only those that changed lately are read one by one.
 * @param chosen a condition on source, symbol and timeframe
 */
export const ledgerSets = (sql: Runner, chosen: Fragment) => sql`
  marked as materialized (
    select source, symbol, timeframe, range_agg(span) as span from market_data.ledger_marks where ${chosen} group by 1, 2, 3),
  sets as (
    select source, symbol, timeframe, reason, market_data.union_of_sets(set) as set
    from (${unmarked(sql, chosen)} union all ${touched(sql)}) parts group by 1, 2, 3, 4)`;

/**
 * Folds the marks into the sums, one fold at a time. A statement that has not committed yet leaves its marks to the next one, for they are
 * not visible either.
 */
export async function foldLedger(sql: Sql): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`set local synchronous_commit = off`;
    await takeLocks(tx, 'ledger', ['fold']);
    await tx`
      with taken as (delete from market_data.ledger_marks returning source, symbol, timeframe, span),
      marked as materialized (
        select source, symbol, timeframe, range_agg(span) as span from taken group by 1, 2, 3),
      kept as (${unmarked(tx, tx`m.span is not null`)}),
      -- Long candles of what was marked are computed again.
      cut as (
        update market_data.kept_spans k set kept = k.kept - m.span from marked m
        where k.source = m.source and k.symbol = m.symbol and k.timeframe = m.timeframe and k.kept && m.span)
      insert into market_data.ledger_sums as s (source, symbol, timeframe, reason, set)
      select source, symbol, timeframe, reason, market_data.union_of_sets(set)
      from (select * from kept union all ${touched(tx)}) parts group by 1, 2, 3, 4
      on conflict (source, symbol, timeframe, reason) do update set set = excluded.set`;
    await tx`delete from market_data.ledger_sums where isempty(set)`;
    // Their number stays the same: what was made of the rows so far remains right.
    await tx`
      with taken as (delete from market_data.hand_changes where transaction <> '0' returning table_name, changes)
      insert into market_data.hand_changes as c (table_name, transaction, changes)
      select table_name, '0', sum(changes) from taken group by 1
      on conflict (table_name, transaction) do update set changes = c.changes + excluded.changes`;
  });
}

/** Marks rows that change while the ledger stays as it is. @param range undefined: all rows of the series */
export async function markRows(tx: Transaction, series: Series, set?: RangeSet): Promise<void> {
  const spans = set ? toMultirange(set) : '{[-infinity,infinity)}';
  await tx`
    insert into market_data.ledger_marks (source, symbol, timeframe, span)
    select ${series.source}, ${series.symbol}, ${series.timeframe}, span from unnest(${spans}::tstzmultirange) span`;
}
