import type { Recounted, ReportFilter } from '../../../core/ledger/ports.ts';
import type { Series } from '../../../core/series/series.ts';
import type { TableSpec } from '../../../core/series/table.ts';
import { hull, measure, type RangeSet } from '../../../core/time/range.ts';
import type { Clock } from '../../../core/time/time.ts';
import { stepOf } from '../../../core/time/timeframe.ts';
import { type RangePairs, rangePairs, toRanges } from '../../postgres/fragments.ts';
import type { Sql, Transaction } from '../../postgres/postgres.ts';
import { foldLedger } from '../spans/sums.ts';
import { reconcile } from './reconcile.ts';
import { retire } from './retention.ts';

/** More stretches than this are counted as one, from the first to the last: each costs transactions of its own. */
const MOST_STRETCHES = 20;

interface Due extends Series {
  readonly ids: readonly number[];
  readonly spans: RangePairs;
}

/**
 * Counts series whose rows were deleted by statements outside the stores, oldest mark first, as far as the time allows. A mark is
 * deleted by its id after the count that began after it, so one that arrives meanwhile stays.
 */
export async function recount(
  sql: Sql,
  tables: (source: string) => TableSpec,
  clock: Clock,
  budgetMs: number,
  filter: ReportFilter,
): Promise<Recounted> {
  const began = clock();
  const due = await dueSeries(sql, filter);
  let [lost, done] = [0, 0];
  for (const { ids, spans, ...series } of due) {
    if (Math.abs(clock() - began) > budgetMs) break;
    for (const range of stretches(toRanges(spans))) {
      lost +=
        measure(await reconcile(sql, tables(series.source), series, range, clock())) /
        stepOf(series.timeframe);
    }
    await retire(sql, series, clock());
    // Rows that the ledger does not know may be gone as well: the days stay marked until their candles are computed again.
    await sql`
      with counted as (
        delete from market_data.recounts
        where id in (select value::bigint from jsonb_array_elements_text(${sql.json([...ids])})) returning *)
      insert into market_data.ledger_marks (source, symbol, timeframe, span)
      select source, symbol, timeframe, span from counted, unnest(days * '{[-infinity,infinity)}'::tstzmultirange) span`;
    done += 1;
  }
  // The schedule alone, which comes each minute: a caller who waits for an answer reads the marks.
  if (!filter.sources && !filter.symbols) await foldLedger(sql);
  return { lost, left: due.length - done };
}

/** For each series, the marked days within the ranges that the ledger has rows for. */
const dueSeries = (sql: Sql, { sources, symbols }: ReportFilter): Promise<Due[]> => sql<Due[]>`
  select d.source, d.symbol, d.timeframe, to_jsonb(d.ids) as ids, ${rangePairs(
    sql,
    sql`d.days * coalesce((
      select tstzmultirange(tstzrange(min(lower(span)), max(upper(span)))) from market_data.coverage c
      where c.source = d.source and c.symbol = d.symbol and c.timeframe = d.timeframe and state = 'have'
      having count(*) > 0), '{}')`,
  )} as spans
  from market_data.due_recounts() d
  where ${sources ? sql`d.source in ${sql([...sources])}` : sql`true`}
    and ${symbols ? sql`d.symbol in ${sql([...symbols])}` : sql`true`}`;

const stretches = (set: RangeSet): RangeSet => (set.length > MOST_STRETCHES ? [hull(set)!] : set);

/** What this transaction deletes it also removes from the ledger, so no count is needed. */
export const accountsForDeletes = async (tx: Transaction): Promise<void> => {
  await tx`set local gordon.accounted = 'on'`;
};
