import { hasCloseTime, summedColumns } from '../../core/queries/columns.ts';
import type { RowsRequest } from '../../core/queries/ports.ts';
import { KNOWN_AT, readColumns, timeColumn } from '../../core/series/table.ts';
import { iso } from '../../core/time/time.ts';
import { tableName } from '../copy/copy.ts';
import { type Sql, storeError } from '../postgres/postgres.ts';

type Row = Record<string, unknown>;

/** The newest rows of a table within the range, oldest first. Names come from the table's spec, values are parameters. */
export async function rows(sql: Sql, request: RowsRequest): Promise<Row[]> {
  const found = await (request.candles ? candles(sql, request) : plain(sql, request));
  return found.reverse().map((row) => asJson(withClose(row, request), request.columns));
}

/** Rows of one fetch of a cursor: some hundred kilobytes. */
const BATCH = 2_000;

/** All rows of the range, oldest first, through a cursor. @throws GordonError when the query fails; the reason of `signal` when that ends it */
export async function* streamRows(
  sql: Sql,
  request: RowsRequest,
  signal: AbortSignal,
): AsyncGenerator<Row[]> {
  const { candles: made, from, to } = request;
  const found = made
    ? sql<Row[]>`${candlesSql(sql, request, { from, to })} order by 1`
    : sql<Row[]>`${plainSql(sql, request)} order by ${orderOf(sql, request, sql`asc`)}`;
  const stop = (): void => found.cancel();
  signal.addEventListener('abort', stop);
  try {
    signal.throwIfAborted();
    for await (const batch of found.cursor(BATCH)) {
      yield batch.map((row) => asJson(withClose(row, request), request.columns));
      signal.throwIfAborted();
    }
  } catch (error) {
    throw signal.aborted ? signal.reason : storeError(error, request.table.name);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

const plain = (sql: Sql, request: RowsRequest): Promise<Row[]> => sql<Row[]>`
  ${plainSql(sql, request)} order by ${orderOf(sql, request, sql`desc`)} limit ${request.limit}`;

function plainSql(sql: Sql, request: RowsRequest) {
  const { table } = request;
  const columns = request.columns ?? readColumns(table).map(({ name }) => name);
  return sql`
    select ${sql([...columns])}
    from ${sql.unsafe(tableName(table.view ?? table))} where ${conditions(sql, request, request)}`;
}

function orderOf(sql: Sql, { table }: RowsRequest, direction: ReturnType<typeof conditions>) {
  const rest = table.key.filter((name) => name !== timeColumn(table));
  return [timeColumn(table), ...rest]
    .map((name) => sql`${sql(name)} ${direction}`)
    .reduce((all, one) => sql`${all}, ${one}`);
}

/** Candles computed from smaller ones. A bucket at the edge of the range is computed from the rows within the range. */
async function candles(sql: Sql, request: RowsRequest): Promise<Row[]> {
  const { limit } = request;
  const { every } = request.candles!;
  const newest = request.to ?? (await newestAt(sql, request));
  if (newest === undefined) return [];
  // Limits what is read: a year of minutes must not be summed up for the last few days.
  const last = Math.floor((request.to === undefined ? newest : newest - 1) / every) * every;
  const from = Math.max(request.from ?? 0, last - (limit - 1) * every);
  return sql<Row[]>`
    ${candlesSql(sql, request, { from, to: request.to })} order by 1 desc limit ${limit}`;
}

function candlesSql(sql: Sql, request: RowsRequest, range: Span) {
  const { table } = request;
  const { every } = request.candles!;
  const time = sql(timeColumn(table));
  const sums = summedColumns(table).map((name) => sql`sum(${sql(name)}) as ${sql(name)}`);
  const bucket = sql`date_bin(${`${every} milliseconds`}::interval, ${time}, '2000-01-01Z')`;
  // All rows of a group have the same bucket, so any aggregate of it returns that.
  const close = hasCloseTime(table)
    ? sql`market_data.candle_close(min(${bucket}), ${`${every / 1_000} seconds`}) as close_time,`
    : sql``;
  return sql`
    select ${bucket} as ${time}, ${close} (array_agg(open order by ${time}))[1] as open, max(high) as high, min(low) as low,
      (array_agg(close order by ${time} desc))[1] as close,
      ${sums.reduce((all, one) => sql`${all}${one}, `, sql``)} count(*) as rows
    from ${sql.unsafe(tableName(table))} where ${conditions(sql, request, range)}
    group by 1`;
}

async function newestAt(sql: Sql, request: RowsRequest): Promise<number | undefined> {
  const time = sql(timeColumn(request.table));
  const [row] = await sql<{ at: Date }[]>`
    select ${time} as at from ${sql.unsafe(tableName(request.table))}
    where ${conditions(sql, request, request)} order by ${time} desc limit 1`;
  return row?.at.getTime();
}

interface Span {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

function conditions(sql: Sql, { table, where }: RowsRequest, { from, to }: Span) {
  const time = sql(timeColumn(table));
  return [
    ...Object.entries(where).map(([column, value]) => sql`${sql(column)} = ${value}`),
    ...(from === undefined ? [] : [sql`${time} >= ${new Date(from)}`]),
    ...(to === undefined ? [] : [sql`${time} < ${new Date(to)}`]),
  ].reduce((all, one) => sql`${all} and ${one}`, sql`true`);
}

/** A complete candle is known when it closes. */
function withClose(row: Row, { table, columns, closesAfterMs }: RowsRequest): Row {
  if (closesAfterMs === undefined || columns) return row;
  const opened = row[timeColumn(table)] as Date;
  return { ...row, [KNOWN_AT.name]: new Date(opened.getTime() + closesAfterMs) };
}

const asJson = (row: Row, columns: readonly string[] = Object.keys(row)): Row =>
  Object.fromEntries(
    columns.map((name) => {
      const value = row[name];
      return [name, value instanceof Date ? iso(value.getTime()) : value];
    }),
  );
