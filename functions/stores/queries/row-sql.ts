import { columnsOf, hasCloseTime, summedColumns } from '../../core/queries/columns.ts';
import type { RowsRequest } from '../../core/queries/ports.ts';
import { KNOWN_AT, readColumns, type TableSpec, timeColumn } from '../../core/series/table.ts';
import { DAY, iso } from '../../core/time/time.ts';
import { tableName } from '../copy/copy.ts';
import type { Fragment } from '../postgres/fragments.ts';
import type { Runner } from '../postgres/postgres.ts';

/** How the values of a query become part of it. */
export interface Writer {
  readonly sql: Runner;
  value(value: string | Date): Fragment;
}

/** The usual way: values travel apart from the statement. */
export const withParameters = (sql: Runner): Writer => ({ sql, value: (value) => sql`${value}` });

/** For COPY, which takes no parameters. */
export const withLiterals = (sql: Runner): Writer => ({ sql, value: (value) => sql.unsafe(literal(value)) });

/** A value as a literal of SQL. An escape string means the same under every setting of `standard_conforming_strings`. */
export function literal(value: string | Date): string {
  if (value instanceof Date) return `'${iso(value.getTime())}'::timestamptz`;
  return `E'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/** All rows that a request is about, oldest first. Names come from the table's spec. */
export function rowsSql(to: Writer, request: RowsRequest): Fragment {
  const { sql } = to;
  if (!request.candles) {
    return sql`${plainSql(to, request)} order by ${orderOf(sql, request.table, sql`asc`)}`;
  }
  const time = sql(timeColumn(request.table));
  return sql`
    select ${sql([...columnsOf(request)])} from (${candlesSql(to, request, request)}) made order by made.${time}`;
}

/** Rows as they are stored. */
export function plainSql(to: Writer, request: RowsRequest): Fragment {
  const { sql } = to;
  const { table } = request;
  const stored = new Set(readColumns(table).map(({ name }) => name));
  const columns = columnsOf(request).map((name) => {
    // What ended a value was not known while it held.
    if (request.asOf !== undefined && name === table.vintages?.until) {
      return sql`null::timestamptz as ${sql(name)}`;
    }
    if (stored.has(name)) return sql`${sql(name)}`;
    return sql`${knownAt(to, request, sql(timeColumn(table)) as unknown as Fragment)} as ${sql(name)}`;
  });
  return sql`
    select ${columns.reduce((all, one) => sql`${all}, ${one}`)}
    from ${sql.unsafe(tableName(table.view ?? table))} where ${conditions(to, request, request)}`;
}

/** The list of ORDER BY: time first, then the rest of the key. @param direction `asc` or `desc` */
export function orderOf(sql: Runner, table: TableSpec, direction: Fragment): Fragment {
  const rest = table.key.filter((name) => name !== timeColumn(table));
  return [timeColumn(table), ...rest]
    .map((name) => sql`${sql(name)} ${direction}`)
    .reduce((all, one) => sql`${all}, ${one}`);
}

export interface Span {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** Candles longer than a day are counted from here, as `date_bin` is called below. */
export const BUCKETS_BEGIN = Date.UTC(2000, 0, 1);

/** From how long a candle on its rows are summed up candle by candle. */
const LONG = DAY;

/**
 * Candles computed from smaller ones. A bucket at the edge of the range is computed from the rows within the range. Its first and its
 * last row are looked up by their key: to collect all of them in order takes twice as long as everything else.
 * @param newest opening time of the newest row, where it is known: no bucket is looked for beyond it
 */
export function candlesSql(to: Writer, request: RowsRequest, range: Span, newest?: number): Fragment {
  const { sql } = to;
  const { table, where, asOf } = request;
  const { every } = request.candles!;
  const time = sql(timeColumn(table));
  const names = summedColumns(table).map((name) => sql(name));
  const sums = names
    .map((name) => sql`sum(${name}) as ${name}`)
    .reduce((all, one) => sql`${all}${one}, `, sql``);
  const rows = sql.unsafe(tableName(table));
  const keys = Object.entries(where)
    .map(([column, value]) => sql`t.${sql(column)} = ${to.value(value)}`)
    .reduce((all, one) => sql`${all} and ${one}`, sql`true`);
  const of = (column: Fragment, at: Fragment): Fragment =>
    sql`(select t.${column} from ${rows} t where ${keys} and t.${time} = ${at})`;
  const close = hasCloseTime(table)
    ? sql`market_data.candle_close(bucket, ${to.value(`${every / 1_000} seconds`)}) as close_time,`
    : sql``;
  const known = request.closesAfterMs === undefined ? undefined : knownAt(to, request, sql`bucket`);
  const bin = (at: Fragment): Fragment =>
    sql`date_bin(${to.value(`${every} milliseconds`)}::interval, ${at}, '2000-01-01Z')`;
  const made = sql`min(${time}) as first_at, max(${time}) as last_at, max(high) as high, min(low) as low, ${sums} count(*) as rows
    from ${rows} where ${conditions(to, request, range)}`;
  // The planner takes every minute for a bucket of its own and sorts a year of them on disk. A long bucket is a scan of its own rows.
  const buckets =
    range.from === undefined || newest === undefined || every < LONG
      ? sql`select ${bin(time as unknown as Fragment)} as bucket, ${made} group by 1`
      : sql`
        select bucket, made.* from generate_series(
          ${bin(sql`${to.value(new Date(range.from))}::timestamptz`)}, ${to.value(new Date(newest))}::timestamptz,
          ${to.value(`${every} milliseconds`)}::interval) bucket
        cross join lateral (
          select ${made} and ${time} >= bucket and ${time} < bucket + ${to.value(`${every} milliseconds`)}::interval) made
        where made.rows > 0`;
  return sql`
    select bucket as ${time}, ${close} ${of(sql`open`, sql`b.first_at`)} as open, high, low,
      ${of(sql`close`, sql`b.last_at`)} as close,
      ${names.reduce((all, one) => sql`${all}${one}, `, sql``)} rows${known ? sql`, ${known} as ${sql(KNOWN_AT.name)}` : sql``}
    from (${buckets}) b
    ${asOf === undefined || !known ? sql`` : sql`where ${known} <= ${to.value(new Date(asOf))}`}`;
}

/** A complete candle is known when it closes. */
const knownAt = ({ sql, value }: Writer, { closesAfterMs }: RowsRequest, opening: Fragment): Fragment =>
  sql`${opening} + ${value(`${closesAfterMs} milliseconds`)}::interval`;

/** The conditions of WHERE: the request's key, `[from, to)` of the range, and what was known as of the request's instant. */
export function conditions(to: Writer, request: RowsRequest, range: Span): Fragment {
  const { sql } = to;
  const { table, where } = request;
  const time = sql(timeColumn(table));
  return [
    ...Object.entries(where).map(([column, value]) => sql`${sql(column)} = ${to.value(value)}`),
    ...(range.from === undefined ? [] : [sql`${time} >= ${to.value(new Date(range.from))}`]),
    ...(range.to === undefined ? [] : [sql`${time} < ${to.value(new Date(range.to))}`]),
    ...known(to, request),
  ].reduce((all, one) => sql`${all} and ${one}`, sql`true`);
}

/** The rows that were known at an instant. */
function known(to: Writer, { table, asOf, closesAfterMs }: RowsRequest): Fragment[] {
  if (asOf === undefined) return [];
  const { sql } = to;
  const at = to.value(new Date(asOf));
  // By its time, which the index has: a candle opens one step before it is known.
  if (closesAfterMs !== undefined) {
    return [sql`${sql(timeColumn(table))} <= ${at} - ${to.value(`${closesAfterMs} milliseconds`)}::interval`];
  }
  const known = readColumns(table).some(({ name }) => name === KNOWN_AT.name);
  const column = sql(known ? KNOWN_AT.name : timeColumn(table));
  if (!table.vintages) return [sql`${column} <= ${at}`];
  const { from, until } = table.vintages;
  // Its successor, or its end, is known as long after it began as the value itself was.
  return [
    sql`${column} <= ${at}`,
    sql`(${sql(until)} is null or ${sql(until)} + (${column} - ${sql(from)}) > ${at})`,
  ];
}
