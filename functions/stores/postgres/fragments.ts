import type { PendingQuery, Row } from 'postgres';
import type { Series } from '../../core/series/series.ts';
import type { TableSpec } from '../../core/series/table.ts';
import type { Range, RangeSet } from '../../core/time/range.ts';
import { iso } from '../../core/time/time.ts';
import type { Runner } from './postgres.ts';

/** A part of a statement, as the tag of a pool or a transaction makes it. */
export type Fragment = PendingQuery<Row[]>;

/** The condition that picks one series in a table of the ledger. */
export const ofSeries = (sql: Runner, { source, symbol, timeframe }: Series) =>
  sql`source = ${source} and symbol = ${symbol} and timeframe = ${timeframe}`;

/** The key columns that are equal in all rows of a series, with their values. */
export function ownColumns(table: TableSpec, series: Series): readonly (readonly [string, string])[] {
  const of = { symbol: series.symbol, timeframe: series.timeframe, ...table.fixed };
  return Object.entries(of).filter(([column]) => table.key.includes(column));
}

/**
 * The condition that picks the rows of one series in a table `t` of market data, by the key columns that identify a series.
 * @param symbol its symbol as a part of the statement; absent: that of the series
 */
export const ownRows = (sql: Runner, table: TableSpec, series: Series, symbol?: Fragment) =>
  ownColumns(table, series).reduce(
    (all, [column, value]) =>
      sql`${all} and t.${sql(column)} = ${symbol && column === 'symbol' ? symbol : value}`,
    sql`true`,
  );

/** An instant as epoch ms, `float8`. Null stays null. */
export const epochMs = (sql: Runner, instant: Fragment) =>
  sql`(extract(epoch from ${instant}) * 1000)::float8`;

/** The bounds of a range as two columns, `start` and `end`, in epoch ms. */
export const bounds = (sql: Runner, range: Fragment) =>
  sql`${epochMs(sql, sql`lower(${range})`)} as start, ${epochMs(sql, sql`upper(${range})`)} as "end"`;

/** A query for the members of a multirange: rows `{start, end}` in epoch ms, in order. */
export const members = (sql: Runner, multirange: Fragment) =>
  sql`select ${bounds(sql, sql`r`)} from unnest(${multirange}) r order by 1`;

/** Ranges as `rangePairs` returns them, in epoch ms. */
export type RangePairs = readonly (readonly [start: number, end: number])[];

/** A multirange as a JSON array of pairs in epoch ms, so that no date format has to be parsed. An open end is null. */
export const rangePairs = (sql: Runner, multirange: Fragment) => sql`
  (select coalesce(jsonb_agg(jsonb_build_array(
      (extract(epoch from lower(r)) * 1000)::int8, (extract(epoch from upper(r)) * 1000)::int8) order by r), '[]')
    from unnest(${multirange}) r)`;

/** Pairs of `rangePairs` as ranges. */
export const toRanges = (pairs: RangePairs): RangeSet => pairs.map(([start, end]) => ({ start, end }));

/** Rows of `members` or `bounds` as plain ranges. */
export const asRanges = (rows: readonly Range[]): RangeSet => rows.map(({ start, end }) => ({ start, end }));

/** A set as the text of a tstzmultirange. An end at infinity is left open. */
export const toMultirange = (set: RangeSet): string =>
  `{${set.map(({ start, end }) => `[${iso(start)},${end === Number.POSITIVE_INFINITY ? '' : iso(end)})`).join(',')}}`;
