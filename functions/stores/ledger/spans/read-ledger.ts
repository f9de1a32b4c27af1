import type { KnownSpans } from '../../../core/ledger/page-account.ts';
import type { Series } from '../../../core/series/series.ts';
import type { Range, RangeSet } from '../../../core/time/range.ts';
import { stepOf } from '../../../core/time/timeframe.ts';
import { asRanges, bounds, members, ofSeries, toMultirange } from '../../postgres/fragments.ts';
import type { Runner } from '../../postgres/postgres.ts';

/** Spans of a series that touch a range; both comparisons are on the index. */
export const touching = (sql: Runner, s: Series, range: Range) =>
  sql`${ofSeries(sql, s)} and lower(span) < ${new Date(range.end)} and upper(span) > ${new Date(range.start)}`;

/**
 * Which proofs of emptiness still hold. A venue may fill an outage later, and what was not published may still be, so such a
 * proof expires and its range is requested again: when as much time has passed since the proof as lay between the hole and the
 * proof, and after a day at least. A hole of this morning is requested again tomorrow, then after 2, 4, 8… days; one that was
 * still a hole years later is left alone. Every other reason is final.
 * @param share of that time; after half of it a proof may be renewed together with one that it touches
 */
const provenEmpty = (sql: Runner, now: number, share: 0.5 | 1) => sql`
  state = 'empty' and (reason not in ('venue-outage', 'not-published')
    or ${new Date(now)} < fetched_at + ${share}::float8 * greatest(interval '1 day', fetched_at - upper(span)))`;

const settled = (sql: Runner, now: number, share: 0.5 | 1) =>
  sql`(state = 'have' or (${provenEmpty(sql, now, share)}))`;

/** All that was ever requested. */
export async function readRequested(sql: Runner, series: Series): Promise<RangeSet> {
  return asRanges(
    await sql<Range[]>`${members(
      sql,
      sql`coalesce((select requested from market_data.series where ${ofSeries(sql, series)}), '{}')`,
    )}`,
  );
}

/** What is not kept of a series, as a multirange on its grid. */
export const selectRetired = (sql: Runner, { source, timeframe }: Series, now: number) =>
  sql`market_data.retired(${source}, ${`${stepOf(timeframe)} milliseconds`}::interval, ${new Date(now)})`;

/**
 * requested − have − proven empty − what is not kept. A hole that was followed as it grew has a proof for each step, and each
 * is a little younger than the one before: they are renewed together, not one by one.
 */
export async function readMissing(
  sql: Runner,
  series: Series,
  requested: Range,
  now: number,
): Promise<RangeSet> {
  if (requested.start >= requested.end) return [];
  const wanted = sql`${toMultirange([requested])}::tstzmultirange`;
  return asRanges(
    // The sets are made once, not for each member.
    await sql<Range[]>`
      with known as materialized (
        select ${wanted} - ${selectRetired(sql, series, now)} as kept,
          coalesce(range_agg(span) filter (where ${settled(sql, now, 1)}), '{}') as settled,
          coalesce(range_agg(span) filter (where ${settled(sql, now, 0.5)}), '{}') as firm
        from market_data.coverage where ${touching(sql, series, requested)}),
      sets as materialized (select kept - firm as open, kept - settled as due from known)
      select ${bounds(sql, sql`r`)} from sets, unnest(open) r where r && due order by 1`,
  );
}

/** What the ledger has rows for, within a range. */
export async function readCovered(sql: Runner, series: Series, within: Range): Promise<RangeSet> {
  return asRanges(
    await sql<Range[]>`${members(
      sql,
      sql`${toMultirange([within])}::tstzmultirange * coalesce((select range_agg(span) from market_data.coverage
        where ${touching(sql, series, within)} and state = 'have'), '{}')`,
    )}`,
  );
}

/** All that the ledger has a span for, of any state. */
export async function readSpanned(sql: Runner, series: Series): Promise<RangeSet> {
  return asRanges(
    await sql<Range[]>`${members(
      sql,
      sql`coalesce((select range_agg(span) from market_data.coverage where ${ofSeries(sql, series)}), '{}')`,
    )}`,
  );
}

/** What the ledger says about a range: rows, proofs that are not to be renewed yet, and every other span. */
export interface LedgerState extends KnownSpans {
  readonly other: RangeSet;
  /** the series was purged and has not been ordered since: nothing of it is written */
  readonly purged: boolean;
}

const purgedIs = (sql: Runner, series: Series) =>
  sql`exists (select from market_data.series where ${ofSeries(sql, series)} and purged_at = unfollowed_at)`;

/** Whether a series was purged and has not been ordered since. */
export async function isPurged(sql: Runner, series: Series): Promise<boolean> {
  const [row] = await sql<{ purged: boolean }[]>`select ${purgedIs(sql, series)} as purged`;
  return row!.purged;
}

/** Reads all of it with one query: every page needs it, and each query is a round trip to the database. */
export async function readLedger(
  sql: Runner,
  series: Series,
  within: Range,
  now: number,
): Promise<LedgerState> {
  const rows = await sql<(Range & { readonly kind: 'have' | 'proven' | 'other' | 'purged' })[]>`
    select kind, ${bounds(sql, sql`r`)}
    from (
      select case when state = 'have' then 'have' when ${provenEmpty(sql, now, 0.5)} then 'proven' else 'other' end as kind,
        range_agg(span) as set
      from market_data.coverage where ${touching(sql, series, within)} group by 1) kinds,
      unnest(${toMultirange([within])}::tstzmultirange * set) r
    union all select 'purged', 0, 0 where ${purgedIs(sql, series)}
    order by 2`;
  const of = (kind: keyof LedgerState): RangeSet => asRanges(rows.filter((row) => row.kind === kind));
  const purged = of('purged').length > 0;
  return { have: of('have'), proven: of('proven'), other: of('other'), purged };
}
