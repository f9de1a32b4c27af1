import type { Range } from '../core/range.ts';
import type { Series } from '../core/series.ts';
import { DAY, floorTo } from '../core/time.ts';
import { lockMonths } from './ledger.ts';
import type { Sql } from './postgres.ts';

/** A job's rows are counted by its spans while it may still run; after this it does not. */
const SETTLED_AFTER = 7 * DAY;

/**
 * Joins the small spans that refreshing leaves behind: some hundred a day for each series, which would make the ledger grow
 * without end. Touching spans of one UTC day become one once they are a week old; spans of archive objects, whose
 * checksum belongs to one object each, stay as they are.
 */
export async function compactLedger(sql: Sql, series: Series, range: Range, now: number): Promise<void> {
  const until = Math.min(range.end, floorTo(now - SETTLED_AFTER, DAY));
  if (range.start >= until) return;
  const old = sql`
    source = ${series.source} and symbol = ${series.symbol} and timeframe = ${series.timeframe}
    and lower(span) >= ${new Date(range.start)} and lower(span) < ${new Date(until)}
    and state = 'have' and sha256 is null and fetched_at < ${new Date(now - SETTLED_AFTER)}`;
  const days = await sql<{ day: Date }[]>`
    select date_bin('1 day', lower(span), '2000-01-01Z') as day from market_data.coverage where ${old}
    group by 1 having count(*) > 2 order by 1`;
  for (const { day } of days) {
    const start = day.getTime();
    await sql.begin(async (tx) => {
      await lockMonths(tx, series, [{ start, end: start + DAY }]);
      await tx`
        with touching as (
          select *, sum(opens) over (order by lower(span)) as island from (
            select *, (lower(span) is distinct from lag(upper(span)) over (order by lower(span)))::int as opens
            from market_data.coverage
            where ${old} and lower(span) >= ${day} and lower(span) < ${new Date(start + DAY)}) ordered),
        islands as (
          select min(id) as id, array_agg(id) as ids, tstzrange(min(lower(span)), max(upper(span))) as span,
            sum(rows) as rows, max(fetched_at) as fetched_at, count(*) as pages
          from touching group by island having count(*) > 1),
        gone as (
          delete from market_data.coverage c using islands i where c.id = any(i.ids) and c.id <> i.id returning c.id)
        update market_data.coverage c
        set span = i.span, rows = i.rows, fetched_at = i.fetched_at,
          object = regexp_replace(coalesce(c.object, ''), ' and [0-9]+ more$', '') || ' and ' || i.pages - 1 || ' more'
        from islands i where c.id = i.id`;
    });
  }
}
