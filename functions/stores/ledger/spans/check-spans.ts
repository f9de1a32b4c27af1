import type { Breach } from '../../../core/ledger/invariants.ts';
import type { NewSpan } from '../../../core/ledger/new-span.ts';
import type { Series } from '../../../core/series/series.ts';
import { type TableSpec, timeColumn } from '../../../core/series/table.ts';
import { hull, normalize, type Range } from '../../../core/time/range.ts';
import { stepOf } from '../../../core/time/timeframe.ts';
import { tableName } from '../../copy/copy.ts';
import { bounds, type Fragment, ofSeries, ownRows } from '../../postgres/fragments.ts';
import type { Runner } from '../../postgres/postgres.ts';

/**
 * The table whose rows the spans describe, and how they were written. A table of events may have more rows than the account: some were stored
 * while they could still change, and the venue's answer may no longer have them. It never has fewer.
 */
export interface CountedTable {
  readonly table: TableSpec;
  /** Rows were there already, so the server's count of written rows proves little: each row is checked. */
  readonly merged: boolean;
}

/** A span that was written and breaks an invariant, as the query returns it. */
export interface Broken extends Range {
  readonly state: 'have' | 'empty' | 'failed';
  readonly doubled: boolean;
  /** in the account and in the table; for a proof that covers rows, the first of them */
  readonly rows: number;
  readonly found: number;
}

/**
 * A query for the first span of `added` (`span`, `state`, `rows`) that overlaps another or disagrees with the table. It costs one
 * index lookup for each span and no round trip of its own: it is part of the statement that enters the spans.
 */
export function selectBroken(sql: Runner, series: Series, spans: readonly NewSpan[], counted?: CountedTable) {
  const around = hull(normalize(spans.map(({ span }) => span)))!;
  const found = counted ? foundIn(sql, series, spans, around, counted) : sql`added.rows`;
  const differs =
    counted?.table.cadence === 'irregular'
      ? sql`(found < rows or (state = 'empty' and found > 0))`
      : sql`found <> rows`;
  // OFFSET keeps the planner from repeating the lookup at each place that names its columns.
  return sql`
    select ${bounds(sql, sql`span`)}, state, rows, found, doubled
    from (
      select added.*, coalesce(span && (
          -- The ledger before this statement, without what it adds.
          select range_agg(span) from market_data.coverage
          where ${ofSeries(sql, series)} and lower(span) < ${new Date(around.end)} and upper(span) > ${new Date(around.start)}), false) as doubled,
        ${found} as found
      from added offset 0) looked
    where doubled or ${differs} order by lower(span) limit 1`;
}

/** This many rows are counted at both ends of a long span. The server counted the rest as it was written. */
const ENDS = 50;

/** The query has only the parts that the spans need: planning it takes longer than running it. */
function foundIn(
  sql: Runner,
  series: Series,
  spans: readonly NewSpan[],
  around: Range,
  { table, merged }: CountedTable,
) {
  const time = sql`t.${sql(timeColumn(table))}`;
  const step = stepOf(series.timeframe);
  // The planner knows the outer bounds, and excludes a hypertable's other chunks.
  const rows = (from: Fragment, to: Fragment) => sql`from ${sql.unsafe(tableName(table))} t
    where ${ownRows(sql, table, series)} and ${time} >= ${from} and ${time} < ${to}
      and ${time} >= ${new Date(around.start)} and ${time} < ${new Date(around.end)}`;
  const [start, end] = [sql`lower(span)`, sql`upper(span)`];
  const have = spans.filter(({ state }) => state === 'have');
  const isLong = ({ span }: NewSpan): boolean => span.end - span.start > 2 * ENDS * step;
  const whole = sql`(select count(*) ${rows(start, end)})`;
  const ends = sql`${(ENDS * step) / 1000}::float8 * interval '1 second'`;
  const byEnds = sql`case when rows <= ${2 * ENDS} then ${whole}
    else (select count(*) ${rows(start, sql`${start} + ${ends}`)})
      + (select count(*) ${rows(sql`${end} - ${ends}`, end)}) + rows - ${2 * ENDS} end`;
  const counted = table.cadence !== 'irregular' && !merged && have.some(isLong) ? byEnds : whole;
  const one = sql`(select count(*) from (select 1 ${rows(start, end)} limit 1) one)`;
  return sql`case state ${have.length > 0 ? sql`when 'have' then ${counted}` : sql``}
    ${spans.some(({ state }) => state === 'empty') ? sql`when 'empty' then ${one}` : sql``} else 0 end`;
}

/** Names the invariant that a span breaks. */
export function toBreach({ start, end, state, rows, found, doubled }: Broken): Breach {
  const span = { start, end };
  if (doubled) return { invariant: 'no-overlap', span, found: 'another span lies there' };
  if (state === 'empty') return { invariant: 'no-proof-over-rows', span, found: 'there are rows' };
  return {
    invariant: 'rows-counted',
    span,
    found: `${rows} rows in the account, ${found} in the table`,
  };
}
