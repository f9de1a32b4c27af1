import { columnsOf } from '../../core/queries/columns.ts';
import type { RowsRequest } from '../../core/queries/ports.ts';
import { timeColumn } from '../../core/series/table.ts';
import { ceilTo, iso } from '../../core/time/time.ts';
import { tableName } from '../copy/copy.ts';
import { keptDays, keptLengths, keptSums } from '../kept/kept-sql.ts';
import { type Fragment, ofSeries } from '../postgres/fragments.ts';
import type { Sql } from '../postgres/postgres.ts';
import { BUCKETS_BEGIN, candlesSql, type KeptPart } from './candle-sql.ts';
import { conditions, orderOf, plainSql, type Span, withParameters } from './row-sql.ts';

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
  const range = { from, to: request.to };
  const kept = keptPart(sql, request, range);
  return sql<Row[]>`
    ${kept?.days ?? sql``}
    ${candlesSql(withParameters(sql), request, range, newest, kept)} order by 1 desc limit ${limit}`;
}

/** The candles of a range that are kept, and the beginning of a query for them; undefined where none can be. */
function keptPart(
  sql: Sql,
  { table, series, candles, asOf }: RowsRequest,
  { from, to }: Span,
): (KeptPart & { readonly days: Fragment }) | undefined {
  const length = series && keptLengths(series.timeframe).find(({ every }) => every === candles!.every);
  if (!series || !length) return undefined;
  const width = sql`${`${length.every} milliseconds`}::interval`;
  // A bucket at the edge of the range is made of a part of its rows.
  const [start, end] = [ceilTo(from ?? 0, length.every), Math.min(to ?? LATEST, asOf ?? LATEST)];
  const within = sql`tstzmultirange(tstzrange(${new Date(start)}, ${new Date(Math.max(start, end))}))`;
  const has = (bucket: Fragment): Fragment =>
    sql`coalesce(tstzrange(${bucket}, ${bucket} + ${width}) <@ (select days from kept), false)`;
  return {
    days: sql`with kept as materialized (select ${within} * ${keptDays(sql, table, series)} as days)`,
    rows: sql`
      select bucket, open, high, low, close, ${keptSums(sql, table)} rows::int8 from market_data.kept_candles
      where ${ofSeries(sql, series)} and every = ${length.name} and bucket >= ${new Date(start)}
        and bucket < ${new Date(end)} and ${has(sql`bucket`)}`,
    has,
  };
}

/** Behind every row: the last instant that a date of JavaScript can be is none that PostgreSQL reads. */
const LATEST = Date.UTC(9999, 0);

async function newestAt(sql: Sql, request: RowsRequest): Promise<number | undefined> {
  const time = sql(timeColumn(request.table));
  // A row is known when it closes, and not when the candle does that is made of it.
  const rows = {
    ...request,
    ...(request.closesAfterMs !== undefined && { closesAfterMs: request.candles!.step }),
  };
  const [row] = await sql<{ at: Date }[]>`
    select ${time} as at from ${sql.unsafe(tableName(request.table))}
    where ${conditions(withParameters(sql), rows, rows)} order by ${time} desc limit 1`;
  return row?.at.getTime();
}

const asJson = (row: Row, columns: readonly string[]): Row =>
  Object.fromEntries(
    columns.map((name) => {
      const value = row[name];
      return [name, value instanceof Date ? iso(value.getTime()) : value];
    }),
  );
