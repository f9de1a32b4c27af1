import { hasCloseTime, summedColumns } from '../../core/queries/columns.ts';
import type { RowsRequest } from '../../core/queries/ports.ts';
import { KNOWN_AT, type TableSpec, timeColumn } from '../../core/series/table.ts';
import { HOUR } from '../../core/time/time.ts';
import { tableName } from '../copy/copy.ts';
import type { Fragment } from '../postgres/fragments.ts';
import type { Runner } from '../postgres/postgres.ts';
import { conditions, knownAt, type Span, type Writer } from './row-sql.ts';

/** Candles longer than a day are counted from here, as `date_bin` is called below. */
export const BUCKETS_BEGIN = Date.UTC(2000, 0, 1);

/** The rows of candles of at least this length are summed up candle by candle. */
const LONG = 4 * HOUR;

/** Candles that need not be computed. */
export interface KeptPart {
  /** a query for them, with the columns of `madeSql` */
  readonly rows: Fragment;
  /** whether the candle of a bucket is one of them */
  has(bucket: Fragment): Fragment;
}

/**
 * Candles computed from smaller ones. A bucket at the edge of the range is computed from the rows within the range. The doubles of candles
 * of four hours and more are added in the order of time, so that the same rows have the same sum, to the last bit.
 * @param newest opening time of the newest row, where it is known
 */
export function candlesSql(
  to: Writer,
  request: RowsRequest,
  range: Span,
  newest?: number,
  kept?: KeptPart,
): Fragment {
  const { sql } = to;
  const { table, asOf } = request;
  const close = hasCloseTime(table)
    ? sql`market_data.candle_close(bucket, ${to.value(`${request.candles!.every / 1_000} seconds`)}) as close_time,`
    : sql``;
  const known = request.closesAfterMs === undefined ? undefined : knownAt(to, request, sql`bucket`);
  const made = madeSql(to, request, range, newest, kept);
  return sql`
    select bucket as ${sql(timeColumn(table))}, ${close} open, high, low, close, ${summed(sql, table)}
      rows${known ? sql`, ${known} as ${sql(KNOWN_AT.name)}` : sql``}
    from (${kept ? sql`${kept.rows} union all ${made}` : made}) candles
    ${asOf === undefined || !known ? sql`` : sql`where ${known} <= ${to.value(new Date(asOf))}`}`;
}

/** A part of a list for each column whose values are added, each with a comma behind it. @param part defaults to its name */
export const summed = (
  sql: Runner,
  table: TableSpec,
  part: (column: Fragment, name: string, place: number) => Fragment = (column) => column,
): Fragment =>
  summedColumns(table).reduce((all, name, i) => sql`${all}${part(sql`${sql(name)}`, name, i)}, `, sql``);

/**
 * Candles of which nothing is kept: `bucket`, prices, sums and `rows`. Their first and their last row are looked up by their key: to
 * collect all of them in order takes twice as long as everything else.
 */
export function madeSql(
  to: Writer,
  request: RowsRequest,
  range: Span,
  newest?: number,
  kept?: KeptPart,
): Fragment {
  const { sql } = to;
  const { table, where } = request;
  const time = sql(timeColumn(table));
  const rows = sql.unsafe(tableName(table));
  const keys = Object.entries(where)
    .map(([column, value]) => sql`t.${sql(column)} = ${to.value(value)}`)
    .reduce((all, one) => sql`${all} and ${one}`, sql`true`);
  const of = (column: Fragment, at: Fragment): Fragment =>
    sql`(select t.${column} from ${rows} t where ${keys} and t.${time} = ${at})`;
  return sql`
    select bucket, ${of(sql`open`, sql`b.first_at`)} as open, high, low, ${of(sql`close`, sql`b.last_at`)} as close,
      ${summed(sql, table)} rows
    from (${bucketsSql(to, request, range, newest, kept)}) b`;
}

/** The planner takes every minute for a bucket of its own and sorts a year of them on disk. A long bucket is a scan of its own rows. */
function bucketsSql(
  to: Writer,
  request: RowsRequest,
  range: Span,
  newest: number | undefined,
  kept: KeptPart | undefined,
): Fragment {
  const { sql } = to;
  const { step, every } = request.candles!;
  const time = sql(timeColumn(request.table));
  const width = sql`${to.value(`${every} milliseconds`)}::interval`;
  const bin = (at: Fragment): Fragment => sql`date_bin(${width}, ${at}, '2000-01-01Z')`;
  const sums = summed(sql, request.table, (column) => sql`sum(${column}) as ${column}`);
  const made = sql`min(${time}) as first_at, max(${time}) as last_at, max(high) as high, min(low) as low, ${sums} count(*) as rows`;
  // A row is known when it closes, not when the candle made of it closes.
  const closesAfterMs = request.closesAfterMs === undefined ? {} : { closesAfterMs: step };
  const wanted = conditions(to, { ...request, ...closesAfterMs }, range);
  const rows = sql.unsafe(tableName(request.table));
  if (every < LONG)
    return sql`select ${bin(sql`${time}`)} as bucket, ${made} from ${rows} where ${wanted} group by 1`;
  const end = (direction: Fragment): Fragment =>
    sql`(select ${time} from ${rows} where ${wanted} order by ${time} ${direction} limit 1)`;
  const first =
    range.from === undefined ? end(sql`asc`) : sql`${to.value(new Date(range.from))}::timestamptz`;
  const last = newest === undefined ? end(sql`desc`) : sql`${to.value(new Date(newest))}::timestamptz`;
  return sql`
    select bucket, made.* from generate_series(${bin(first)}, ${last}, ${width}) bucket
    cross join lateral (
      select ${made} from (
        select ${summed(sql, request.table)} ${time}, high, low from ${rows}
        where ${wanted} and ${time} >= bucket and ${time} < bucket + ${width}
        order by ${time}) ordered) made
    where made.rows > 0${kept ? sql` and not ${kept.has(sql`bucket`)}` : sql``}`;
}
