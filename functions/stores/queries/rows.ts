import { columnsOf } from '../../core/queries/columns.ts';
import type { RowsRequest } from '../../core/queries/ports.ts';
import { timeColumn } from '../../core/series/table.ts';
import { iso } from '../../core/time/time.ts';
import { tableName } from '../copy/copy.ts';
import type { Sql } from '../postgres/postgres.ts';
import { BUCKETS_BEGIN, candlesSql, conditions, orderOf, plainSql, withParameters } from './row-sql.ts';

type Row = Record<string, unknown>;

/** The newest rows of a table within the range, oldest first. Names come from the table's spec, values are parameters. */
export async function rows(sql: Sql, request: RowsRequest): Promise<Row[]> {
  const found = await (request.candles ? candles(sql, request) : plain(sql, request));
  const columns = columnsOf(request);
  return found.reverse().map((row) => asJson(row, columns));
}

const plain = (sql: Sql, request: RowsRequest): Promise<Row[]> => sql<Row[]>`
  ${plainSql(withParameters(sql), request)} order by ${orderOf(sql, request.table, sql`desc`)} limit ${request.limit}`;

async function candles(sql: Sql, request: RowsRequest): Promise<Row[]> {
  const { limit, asOf } = request;
  const { every } = request.candles!;
  // The newest row of the range, not its end: nothing may have come for a long time before that.
  const newest = await newestAt(sql, request);
  if (newest === undefined) return [];
  // Limits what is read: a year of minutes must not be summed up for the last few days. One more, for the last may not be known.
  const last = BUCKETS_BEGIN + Math.floor((newest - BUCKETS_BEGIN) / every) * every;
  const from = Math.max(request.from ?? 0, last - (asOf === undefined ? limit - 1 : limit) * every);
  return sql<Row[]>`
    ${candlesSql(withParameters(sql), request, { from, to: request.to }, newest)} order by 1 desc limit ${limit}`;
}

async function newestAt(sql: Sql, request: RowsRequest): Promise<number | undefined> {
  const time = sql(timeColumn(request.table));
  const [row] = await sql<{ at: Date }[]>`
    select ${time} as at from ${sql.unsafe(tableName(request.table))}
    where ${conditions(withParameters(sql), request, request)} order by ${time} desc limit 1`;
  return row?.at.getTime();
}

const asJson = (row: Row, columns: readonly string[]): Row =>
  Object.fromEntries(
    columns.map((name) => {
      const value = row[name];
      return [name, value instanceof Date ? iso(value.getTime()) : value];
    }),
  );
