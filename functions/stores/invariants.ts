import type { PendingQuery, Row } from 'postgres';
import type { Breach } from '../core/invariants.ts';
import { hull, normalize, type Range } from '../core/range.ts';
import type { Series } from '../core/series.ts';
import { type TableSpec, timeColumn } from '../core/table.ts';
import { stepOf } from '../core/timeframe.ts';
import { tableName } from './copy.ts';
import { ownRows } from './own-rows.ts';
import type { Runner } from './postgres.ts';

type Fragment = PendingQuery<Row[]>;

/** The table whose rows the spans speak of, and how. */
export interface Counted {
  readonly table: TableSpec;
  /**
   * Rows were there already, so the server's count of what it wrote says little: each row is looked at. Of events there may be more
   * than the account says, for the venue's answer may have them no more; never fewer.
   */
  readonly merged: boolean;
}

/** A span that was written and breaks an invariant, as a query gives it. */
export interface Broken extends Range {
  readonly state: 'have' | 'empty' | 'failed';
  readonly doubled: boolean;
  /** in the account and in the table; a proof that lies over rows is noted with the first one */
  readonly rows: number;
  readonly found: number;
}

/**
 * A query for the first span of `added` (`span`, `state`, `rows`) that overlaps another or does not agree with the table. It costs
 * a look at the index for each span, and no way to the database of its own: it stands in the statement that enters them.
 */
export function brokenOf(sql: Runner, series: Series, spans: readonly Range[], counted?: Counted) {
  const around = hull(normalize(spans))!;
  const found = counted ? foundIn(sql, series, around, counted) : sql`added.rows`;
  const differs =
    counted?.merged && counted.table.rhythm === 'events'
      ? sql`(found < rows or (state = 'empty' and found > 0))`
      : sql`found <> rows`;
  return sql`
    select (extract(epoch from lower(span)) * 1000)::float8 as start, (extract(epoch from upper(span)) * 1000)::float8 as "end",
      state, rows, found, doubled
    from (
      select added.*, coalesce(span && (
          -- As the statement found it: without what it adds.
          select range_agg(span) from market_data.coverage
          where source = ${series.source} and symbol = ${series.symbol} and timeframe = ${series.timeframe}
            and lower(span) < ${new Date(around.end)} and upper(span) > ${new Date(around.start)}), false) as doubled,
        ${found} as found
      from added) looked
    where doubled or ${differs} order by lower(span) limit 1`;
}

/** So many rows at both ends of a long span are counted, and what lies between was counted by the server as it was written. */
const ENDS = 250;

function foundIn(sql: Runner, series: Series, around: Range, { table, merged }: Counted) {
  const time = sql`t.${sql(timeColumn(table))}`;
  // The outer bounds are known to the planner, which leaves a hypertable's other chunks out.
  const rows = (from: Fragment, to: Fragment) => sql`from ${sql.unsafe(tableName(table))} t
    where ${ownRows(sql, table, series)} and ${time} >= ${from} and ${time} < ${to}
      and ${time} >= ${new Date(around.start)} and ${time} < ${new Date(around.end)}`;
  const [start, end] = [sql`lower(added.span)`, sql`upper(added.span)`];
  const ends = sql`${(ENDS * stepOf(series.timeframe)) / 1000}::float8 * interval '1 second'`;
  const counted =
    table.rhythm === 'events' || merged
      ? sql`(select count(*) ${rows(start, end)})`
      : sql`case when added.rows <= ${2 * ENDS} then (select count(*) ${rows(start, end)})
          else (select count(*) ${rows(start, sql`${start} + ${ends}`)})
            + (select count(*) ${rows(sql`${end} - ${ends}`, end)}) + added.rows - ${2 * ENDS} end`;
  return sql`case state when 'have' then ${counted}
    when 'empty' then (select count(*) from (select 1 ${rows(start, end)} limit 1) one) else 0 end`;
}

export function breachOf({ start, end, state, rows, found, doubled }: Broken): Breach {
  const span = { start, end };
  if (doubled) return { invariant: 'no-overlap', span, found: 'another span lies there' };
  if (state === 'empty') return { invariant: 'no-proof-over-rows', span, found: 'there are rows' };
  return {
    invariant: 'rows-counted',
    span,
    found: `${rows} rows in the account, ${found} in the table`,
  };
}
