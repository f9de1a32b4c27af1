import type { Breach } from '../../../core/ledger/invariants.ts';
import type { Series } from '../../../core/series/series.ts';
import { type TableSpec, timeColumn } from '../../../core/series/table.ts';
import { hull, normalize, type Range } from '../../../core/time/range.ts';
import { stepOf } from '../../../core/time/timeframe.ts';
import { tableName } from '../../copy/copy.ts';
import { bounds, type Fragment, ofSeries, ownRows } from '../../postgres/fragments.ts';
import type { Runner } from '../../postgres/postgres.ts';

export type CoverageState = 'have' | 'empty' | 'failed';

/** A span to be entered into market_data.coverage. */
export interface NewSpan {
  readonly span: Range;
  readonly state: CoverageState;
  readonly reason?: string;
  readonly evidence?: unknown;
  readonly object?: string;
  readonly sha256?: string | undefined;
  /** rows within a part of the span; absent: one for each step */
  readonly count?: (part: Range) => number;
}

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
export function selectBroken(sql: Runner, series: Series, spans: readonly NewSpan[], counted?: Counted) {
  const around = hull(normalize(spans.map(({ span }) => span)))!;
  const found = counted ? foundIn(sql, series, spans, around, counted) : sql`added.rows`;
  const differs =
    counted?.merged && counted.table.cadence === 'irregular'
      ? sql`(found < rows or (state = 'empty' and found > 0))`
      : sql`found <> rows`;
  // OFFSET keeps the planner from looking things up once more for each place that names them.
  return sql`
    select ${bounds(sql, sql`span`)}, state, rows, found, doubled
    from (
      select added.*, coalesce(span && (
          -- As the statement found it: without what it adds.
          select range_agg(span) from market_data.coverage
          where ${ofSeries(sql, series)} and lower(span) < ${new Date(around.end)} and upper(span) > ${new Date(around.start)}), false) as doubled,
        ${found} as found
      from added offset 0) looked
    where doubled or ${differs} order by lower(span) limit 1`;
}

/** So many rows at both ends of a long span are counted, and what lies between was counted by the server as it was written. */
const ENDS = 50;

/** Only what the spans need is in the query: to plan it takes longer than to run it. */
function foundIn(
  sql: Runner,
  series: Series,
  spans: readonly NewSpan[],
  around: Range,
  { table, merged }: Counted,
) {
  const time = sql`t.${sql(timeColumn(table))}`;
  const step = stepOf(series.timeframe);
  // The outer bounds are known to the planner, which leaves a hypertable's other chunks out.
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
