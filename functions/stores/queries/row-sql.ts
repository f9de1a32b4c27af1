import { columnsOf } from '../../core/queries/columns.ts';
import type { RowsRequest } from '../../core/queries/ports.ts';
import { KNOWN_AT, readColumns, type TableSpec, timeColumn } from '../../core/series/table.ts';
import { iso } from '../../core/time/time.ts';
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

/** A complete candle is known when it closes. */
export const knownAt = (
  { sql, value }: Writer,
  { closesAfterMs }: RowsRequest,
  opening: Fragment,
): Fragment => sql`${opening} + ${value(`${closesAfterMs} milliseconds`)}::interval`;

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
