import type { Requester } from '../../core/ledger/ports.ts';
import type { Series } from '../../core/series/series.ts';
import type { Range } from '../../core/time/range.ts';
import { DAY } from '../../core/time/time.ts';
import { ofSeries, toMultirange } from '../postgres/fragments.ts';
import type { Sql, Transaction } from '../postgres/postgres.ts';
import { symbolsOf } from './spans/read-ledger.ts';

/** After this time a job is dead, and what it requested stays requested. */
const KEEP = 7 * DAY;

/** A request that ends this close to now includes all that comes later; a day's row is final some hours after its day. */
const PRESENT = 2 * DAY;

/**
 * Adds to what is requested of series of one source and timeframe, and notes the job: one statement, which waits for others that
 * change them. Nothing happens where a series is unfollowed, unless the job was ordered since.
 * @param by absent: the range stays requested, whatever happens to the job that added it
 */
export async function request(
  sql: Sql,
  series: readonly Series[],
  range: Range,
  now: number,
  by?: Requester,
): Promise<void> {
  const [first] = series;
  if (!first) return;
  const { source, timeframe } = first;
  const requested = sql`${toMultirange([range])}::tstzmultirange`;
  const orderedAt = by?.orderedAt === undefined ? null : new Date(by.orderedAt);
  const follows = range.end > now - PRESENT;
  const note = sql`, noted as (
    insert into market_data.open_requests as r
      (source, symbol, timeframe, job_id, asked, added, follows, began_following, requested_at)
    select ${source}, symbol, ${timeframe}, ${by?.jobId ?? ''}, ${requested},
      ${requested} - coalesce(requested, '{}'), ${follows}, ${follows} and not coalesce(followed, false), ${new Date(now)}
    from wanted
    on conflict (source, symbol, timeframe, job_id) do update set
      asked = r.asked + excluded.asked, added = r.added + excluded.added,
      follows = r.follows or excluded.follows, began_following = r.began_following or excluded.began_following)`;
  await sql`
    with old as materialized (
      -- Locked in one order by everyone.
      select symbol, requested, followed, unfollowed_at from market_data.series
      where source = ${source} and timeframe = ${timeframe}
        and symbol in (select symbol from ${symbolsOf(sql, series)}) order by symbol for update),
    wanted as materialized (
      select s.symbol, old.requested, old.followed from ${symbolsOf(sql, series)} left join old on old.symbol = s.symbol
      where unfollowed_at is null or coalesce(unfollowed_at <= ${orderedAt}, false))
    ${by ? note : sql``}
    insert into market_data.series as s (source, symbol, timeframe, requested, followed, first_requested_at)
    select ${source}, symbol, ${timeframe}, ${requested}, ${follows}, ${new Date(now)} from wanted order by symbol
    on conflict (source, symbol, timeframe) do update
      set requested = s.requested + excluded.requested, followed = s.followed or excluded.followed, unfollowed_at = null,
        first_requested_at = coalesce(s.first_requested_at, excluded.first_requested_at)`;
}

/** From now on only what is there or proven empty is requested of the series, until it is ordered again. */
export async function unfollow(sql: Sql, series: Series, now: number): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`select from market_data.series where ${ofSeries(tx, series)} for update`;
    await tx`delete from market_data.open_requests where ${ofSeries(tx, series)}`;
    await tx`
      update market_data.series set unfollowed_at = ${new Date(now)}, followed = false,
        requested = requested * coalesce((
          select range_agg(span) from market_data.coverage where ${ofSeries(tx, series)} and state <> 'failed'), '{}')
      where ${ofSeries(tx, series)}`;
  });
}

/** Locks the series of which a job has requested something until the transaction ends, in the same order for everyone. */
const hold = (tx: Transaction, jobId: string) => tx`
  select from market_data.series s where exists (
    select from market_data.open_requests r where r.job_id = ${jobId}
      and (r.source, r.symbol, r.timeframe) = (s.source, s.symbol, s.timeframe))
  order by source, symbol, timeframe for update`;

const OTHERS = `(o.source, o.symbol, o.timeframe) = (mine.source, mine.symbol, mine.timeframe) and o.job_id <> mine.job_id
  and o.withdrawn is null`;

/** Notes that a job has ended and that what it requested stays: the end of another job does not remove it. */
export async function settleRequests(sql: Sql, jobId: string, now: number): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`set local synchronous_commit = off`;
    await hold(tx, jobId);
    await tx`
      with mine as (delete from market_data.open_requests where job_id = ${jobId} returning *)
      update market_data.open_requests o
      set added = o.added - mine.asked, began_following = o.began_following and not mine.follows
      from mine where ${tx.unsafe(OTHERS)}`;
    await tx`delete from market_data.open_requests where requested_at < ${new Date(now - KEEP)}`;
  });
}

/**
 * Removes from `requested` what only a cancelled job wanted and what is neither there nor proven empty. What another running
 * job also wants belongs to that job from now on. Repeating it changes nothing.
 */
export async function withdrawRequests(sql: Sql, jobId: string): Promise<void> {
  await sql.begin(async (tx) => {
    await hold(tx, jobId);
    await tx`
      with mine as (
        select * from market_data.open_requests where job_id = ${jobId} and (added <> '{}' or began_following)),
      heirs as (
        update market_data.open_requests o
        set added = o.added + mine.added * o.asked, began_following = o.began_following or (mine.began_following and o.follows)
        from mine where ${tx.unsafe(OTHERS)}
        returning o.source, o.symbol, o.timeframe, o.asked, o.follows),
      gone as (
        select mine.source, mine.symbol, mine.timeframe,
          mine.added - coalesce(h.asked, '{}') - coalesce((
            select range_agg(c.span) from market_data.coverage c
            where (c.source, c.symbol, c.timeframe) = (mine.source, mine.symbol, mine.timeframe)
              and c.state <> 'failed' and c.span && range_merge(mine.added)), '{}') as set,
          mine.began_following and not coalesce(h.follows, false) as unfollows
        from mine left join (
          select source, symbol, timeframe, range_agg(part) as asked, bool_or(follows) as follows
          from heirs, unnest(asked) part group by 1, 2, 3) h using (source, symbol, timeframe)),
      series as (
        update market_data.series s
        set requested = s.requested - gone.set, followed = s.followed and not gone.unfollows
        from gone where (s.source, s.symbol, s.timeframe) = (gone.source, gone.symbol, gone.timeframe))
      update market_data.open_requests r
      set added = '{}', began_following = false, withdrawn = coalesce(r.withdrawn, '{}') + gone.set
      from gone where (r.source, r.symbol, r.timeframe) = (gone.source, gone.symbol, gone.timeframe) and r.job_id = ${jobId}`;
    await tx`update market_data.open_requests set withdrawn = '{}' where job_id = ${jobId} and withdrawn is null`;
  });
}

/** Withdraws at the end of a cancelled job. What it still stored after the cancellation stays requested. */
export async function endWithdrawn(sql: Sql, jobId: string): Promise<void> {
  await withdrawRequests(sql, jobId);
  await sql.begin(async (tx) => {
    await hold(tx, jobId);
    await tx`
      with mine as (delete from market_data.open_requests where job_id = ${jobId} and withdrawn is not null returning *),
      came as (
        select mine.source, mine.symbol, mine.timeframe, mine.withdrawn * range_agg(c.span) as set
        from mine join market_data.coverage c using (source, symbol, timeframe)
        where mine.withdrawn <> '{}' and c.state <> 'failed' and c.span && range_merge(mine.withdrawn)
        group by 1, 2, 3, mine.withdrawn)
      update market_data.series s set requested = s.requested + came.set
      from came where (s.source, s.symbol, s.timeframe) = (came.source, came.symbol, came.timeframe)`;
  });
}
