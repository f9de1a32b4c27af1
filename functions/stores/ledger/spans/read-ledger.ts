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
 * @param provenAt epoch ms: proofs that held then count
 */
export async function readMissing(
  sql: Runner,
  series: Series,
  requested: Range,
  now: number,
  provenAt = now,
): Promise<RangeSet> {
  if (requested.start >= requested.end) return [];
  const wanted = sql`${toMultirange([requested])}::tstzmultirange`;
  return asRanges(
    // The sets are made once, not for each member.
    await sql<Range[]>`
      with known as materialized (
        select ${wanted} - ${selectRetired(sql, series, now)} as kept,
          coalesce(range_agg(span) filter (where ${settled(sql, provenAt, 1)}), '{}') as settled,
          coalesce(range_agg(span) filter (where ${settled(sql, provenAt, 0.5)}), '{}') as firm
        from market_data.coverage where ${touching(sql, series, requested)}),
      sets as materialized (select kept - firm as open, kept - settled as due from known)
      select ${bounds(sql, sql`r`)} from sets, unnest(open) r where r && due order by 1`,
  );
}

/**
 * What `readMissing` reads, of several series of one source and timeframe with one statement.
 * @returns in the order of the series
 */
export async function readMissingOf(
  sql: Runner,
  series: readonly Series[],
  requested: Range,
  now: number,
  provenAt = now,
): Promise<RangeSet[]> {
  const [first] = series;
  if (!first || requested.start >= requested.end) return series.map(() => []);
  if (series.length === 1) return [await readMissing(sql, first, requested, now, provenAt)];
  const rows = await sql<(Range & { readonly n: number })[]>`
    with wanted as materialized (
      select ${toMultirange([requested])}::tstzmultirange - ${selectRetired(sql, first, now)} as kept),
    known as materialized (
      select n, range_agg(span) filter (where ${settled(sql, provenAt, 1)}) as settled,
        range_agg(span) filter (where ${settled(sql, provenAt, 0.5)}) as firm
      from ${symbolsOf(sql, series)} left join market_data.coverage c on c.symbol = s.symbol
        and source = ${first.source} and timeframe = ${first.timeframe}
        and lower(span) < ${new Date(requested.end)} and upper(span) > ${new Date(requested.start)}
      group by n),
    sets as materialized (
      select n, kept - coalesce(firm, '{}') as open, kept - coalesce(settled, '{}') as due from known, wanted)
    select n, ${bounds(sql, sql`r`)} from sets, unnest(open) r where r && due order by 1, 2`;
  return partsOf(series.length, rows);
}

/** A row source `s` of the symbols of series, each with its place from 1 on as `n`. */
export const symbolsOf = (sql: Runner, series: readonly Series[]) => sql`
  jsonb_array_elements_text(${sql.json(series.map(({ symbol }) => symbol))}) with ordinality as s (symbol, n)`;

function partsOf(count: number, rows: readonly (Range & { readonly n: number })[]): RangeSet[] {
  const parts: Range[][] = Array.from({ length: count }, () => []);
  for (const { n, start, end } of rows) parts[n - 1]!.push({ start, end });
  return parts;
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

/**
 * What `readLedger` reads, of several series of one source and timeframe with one statement.
 * @returns in the order of the series
 */
export async function readLedgers(
  sql: Runner,
  series: readonly Series[],
  within: Range,
  now: number,
): Promise<LedgerState[]> {
  const { source, timeframe } = series[0]!;
  const own = sql`symbol = s.symbol and source = ${source} and timeframe = ${timeframe}`;
  const rows = await sql<(Range & { readonly n: number; readonly kind: keyof LedgerState })[]>`
    select n, kind, ${bounds(sql, sql`r`)}
    from ${symbolsOf(sql, series)}, lateral (
      select case when state = 'have' then 'have' when ${provenEmpty(sql, now, 0.5)} then 'proven' else 'other' end as kind,
        range_agg(span) as set
      from market_data.coverage c
      where c.${own} and lower(span) < ${new Date(within.end)} and upper(span) > ${new Date(within.start)} group by 1) kinds,
      unnest(${toMultirange([within])}::tstzmultirange * set) r
    union all
    select n, 'purged', 0, 0 from ${symbolsOf(sql, series)}, market_data.series k
    where k.${own} and purged_at = unfollowed_at
    order by 1, 3`;
  const byPlace = Map.groupBy(rows, ({ n }) => n);
  return series.map((_, i): LedgerState => {
    const of = (kind: keyof LedgerState): RangeSet =>
      asRanges((byPlace.get(i + 1) ?? []).filter((row) => row.kind === kind));
    return {
      have: of('have'),
      proven: of('proven'),
      other: of('other'),
      purged: of('purged').length > 0,
    };
  });
}
