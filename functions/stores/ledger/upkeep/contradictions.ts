import type { PendingQuery, Row } from 'postgres';
import { BROKEN_INVARIANT, INVARIANTS } from '../../../core/ledger/invariants.ts';
import type { Series } from '../../../core/series/series.ts';
import { type TableSpec, timeColumn } from '../../../core/series/table.ts';
import { normalize, type Range, type RangeSet, union } from '../../../core/time/range.ts';
import { stepOf } from '../../../core/time/timeframe.ts';
import { tableName } from '../../copy/copy.ts';
import { bounds, ofSeries, ownRows, toMultirange } from '../../postgres/fragments.ts';
import type { Runner, Sql, Transaction } from '../../postgres/postgres.ts';
import { lockMonths, noteFailed, removeSpans } from '../spans/write-spans.ts';

/** What the ledger says about a range, and where it contradicts itself or the rows. */
export interface Contradictions {
  readonly have: RangeSet;
  /** where two spans overlap */
  readonly doubled: RangeSet;
  /** rows that exist within a span that proves the range empty */
  readonly denied: RangeSet;
}

/** For each proof; the next check finds more. */
const MOST_DENIED = 1_000;

/** Finds contradictions with one query, which reads no more of the rows than the index for each proof. */
export async function findContradictions(
  sql: Runner,
  table: TableSpec,
  series: Series,
  range: Range,
): Promise<Contradictions> {
  const time = sql`t.${sql(timeColumn(table))}`;
  const [start, end] = [new Date(range.start), new Date(range.end)];
  const step = `${stepOf(series.timeframe)} milliseconds`;
  // Off the grid a row stands somewhere within its step.
  const begins = table.offGrid ? sql`date_bin(${step}::interval, at, '2000-01-01Z')` : sql`at`;
  const rows = await sql<(Range & { readonly kind: keyof Contradictions })[]>`
    with spans as materialized (
      -- Rows may remain within a stretch that was retired.
      select span, case reason when 'retired' then reason else state end as state, max(upper(span)) over (
        order by lower(span), upper(span), id rows between unbounded preceding and 1 preceding) as until
      from market_data.coverage where ${ofSeries(sql, series)} and lower(span) < ${end} and upper(span) > ${start}),
    looks as (
      select 'have' as kind, ${toMultirange([range])}::tstzmultirange * range_agg(span) as set from spans where state = 'have'
      union all
      select 'doubled', range_agg(tstzrange(lower(span), least(upper(span), until))) from spans where until > lower(span)
      union all
      select 'denied', range_agg(tstzrange(${begins}, ${begins} + ${step}::interval)) from spans, lateral (
        select ${time} as at from ${sql.unsafe(tableName(table))} t
        where ${ownRows(sql, table, series)} and ${time} >= greatest(lower(span), ${start})
          and ${time} < least(upper(span), ${end}) and ${time} >= ${start} and ${time} < ${end}
        order by 1 limit ${MOST_DENIED}) t
      where state = 'empty')
    select kind, ${bounds(sql, sql`r`)}
    from looks, unnest(set) r order by lower(r)`;
  const of = (kind: keyof Contradictions): RangeSet =>
    normalize(rows.filter((row) => row.kind === kind).map(({ start, end }) => ({ start, end })));
  return { have: of('have'), doubled: of('doubled'), denied: of('denied') };
}

/**
 * Takes out of the ledger where it contradicts itself or the rows, so that it is requested again. Until then it is a gap of our own,
 * with an error that says so. Checks again under the lock.
 * @param count of a table of events: see `removeSpans`
 * @returns what was taken out
 */
export function removeContradictions(
  sql: Sql,
  table: TableSpec,
  series: Series,
  around: Range,
  now: number,
  count: (tx: Transaction) => PendingQuery<Row[]> | undefined,
): Promise<RangeSet> {
  return sql.begin(async (tx) => {
    await lockMonths(tx, series, [around]);
    const { doubled, denied } = await findContradictions(tx, table, series, around);
    await removeSpans(tx, series, doubled, ['have', 'empty', 'failed'], count(tx));
    await removeSpans(tx, series, denied, ['empty']);
    const by = { jobId: 'audit', chunk: 'audit', at: now };
    const note = async (set: RangeSet, invariant: keyof typeof INVARIANTS): Promise<void> => {
      const message = `broken once: ${INVARIANTS[invariant]}. It is requested again`;
      for (const span of set) await noteFailed(tx, series, span, { code: BROKEN_INVARIANT, message }, by);
    };
    await note(doubled, 'no-overlap');
    await note(denied, 'no-proof-over-rows');
    return union(doubled, denied);
  });
}
