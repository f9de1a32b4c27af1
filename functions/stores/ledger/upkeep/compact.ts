import type { Series } from '../../../core/series/series.ts';
import type { Range } from '../../../core/time/range.ts';
import { DAY, floorTo, HOUR } from '../../../core/time/time.ts';
import { ofSeries } from '../../postgres/fragments.ts';
import type { Sql } from '../../postgres/postgres.ts';
import { lockMonths } from '../spans/write-spans.ts';

/** A job's rows are counted by its spans while it runs. After this time no job runs, even if its end was never noted. */
const SETTLED_AFTER = 7 * DAY;

/** Work that was under way when a job was cancelled still counts its rows during this time. */
const CLOSED_FOR = HOUR;

/** A joined span names a job that ended up to a day before the last of its jobs, and clients query either job for a week. */
const REMEMBERED = 2 * SETTLED_AFTER;

/** Notes that a job has ended. Losing the note in a crash does no harm: the job's spans are joined a week later. */
export async function closeJob(sql: Sql, jobId: string, now: number): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`set local synchronous_commit = off`;
    await tx`insert into market_data.closed_jobs (job_id, closed_at) values (${jobId}, ${new Date(now)})
      on conflict (job_id) do update set closed_at = excluded.closed_at`;
    await tx`delete from market_data.closed_jobs where closed_at < ${new Date(now - REMEMBERED)}`;
  });
}

/**
 * Joins the small spans that refreshing leaves behind. There are some thousand a day for each series: without this the ledger
 * would grow without end and every read of it would be slow. Touching spans of one UTC day become one an hour after their jobs
 * have ended, one hour of spans at a time; after a week where the end of the job was never noted. Spans of archive objects
 * stay as they are, because each has its object's checksum. A joined span is named after the job that came first.
 */
export async function compactLedger(sql: Sql, series: Series, range: Range, now: number): Promise<void> {
  const until = Math.min(range.end, floorTo(now - CLOSED_FOR, HOUR));
  if (range.start >= until) return;
  const recent = new Date(now - CLOSED_FOR);
  const old = sql`
    ${ofSeries(sql, series)} and lower(span) >= ${new Date(range.start)} and lower(span) < ${new Date(until)}
    and state = 'have' and sha256 is null and (fetched_at < ${new Date(now - SETTLED_AFTER)} or fetched_at < ${recent}
      and exists (select from market_data.closed_jobs j where j.job_id = c.job_id and j.closed_at < ${recent}))`;
  // Two touching spans may wait for a third. Otherwise each minute of a refresh would rewrite the hour's joined span.
  const days = await sql<{ day: Date }[]>`
    select day from (
      select day, lower(span) = lag(upper(span)) over (partition by day order by lower(span)) as touches from (
        select span, date_bin('1 day', lower(span), '2000-01-01Z') as day from market_data.coverage c where ${old}) spans
      ) ordered
    group by day having count(*) filter (where touches) > 1 order by day`;
  for (const { day } of days) {
    const start = day.getTime();
    await sql.begin(async (tx) => {
      await lockMonths(tx, series, [{ start, end: start + DAY }]);
      await tx`
        with touching as (
          select *, sum(opens) over (order by lower(span)) as island from (
            select *, (lower(span) is distinct from lag(upper(span)) over (order by lower(span)))::int as opens
            from market_data.coverage c
            where ${old} and lower(span) >= ${day} and lower(span) < ${new Date(start + DAY)}) ordered),
        islands as (
          select min(id) as id, array_agg(id) as ids, tstzrange(min(lower(span)), max(upper(span))) as span,
            sum(rows) as rows, max(fetched_at) as fetched_at,
            sum(1 + coalesce(substring(object from ' and ([0-9]+) more$')::int, 0)) as pages
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
