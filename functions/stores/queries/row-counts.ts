import type { CoverageQueries } from '../../core/queries/ports.ts';
import { timeColumn } from '../../core/series/table.ts';
import { iso } from '../../core/time/time.ts';
import { tableName } from '../copy/copy.ts';
import type { Sql } from '../postgres/postgres.ts';

/** One query for each source, for all of its symbols: a table of events has no timeframe. */
export async function rowCounts(
  sql: Sql,
  ...[sources, filter]: Parameters<CoverageQueries['rowCounts']>
): Promise<Map<string, Map<number, number>>> {
  const { bucket, symbol, from, to } = filter;
  const out = new Map<string, Map<number, number>>();
  for (const { id, table } of sources) {
    if (table.cadence !== 'irregular') continue;
    const time = sql`t.${sql(timeColumn(table))}`;
    const conditions = [
      ...Object.entries(table.fixed ?? {}).map(([column, value]) => sql`t.${sql(column)} = ${value}`),
      ...(symbol === undefined ? [] : [sql`t.symbol = ${symbol}`]),
      // Whole buckets, because the answer consists of whole buckets.
      ...(from === undefined
        ? []
        : [sql`${time} >= date_trunc(${bucket}, ${iso(from)}::timestamptz, 'UTC')`]),
      ...(to === undefined
        ? []
        : [
            sql`${time} < date_trunc(${bucket}, ${iso(to)}::timestamptz - interval '1 microsecond', 'UTC')
              + ${`1 ${bucket}`}::interval`,
          ]),
    ].reduce((all, one) => sql`${all} and ${one}`, sql`true`);
    const rows = await sql<{ symbol: string; start: number; rows: number }[]>`
      select symbol, (extract(epoch from bucket) * 1000)::float8 as start, count(*) as rows
      from (select t.symbol, date_trunc(${bucket}, ${time}, 'UTC') as bucket
        from ${sql.unsafe(tableName(table))} t where ${conditions}) rows
      group by 1, 2`;
    for (const row of rows) {
      const key = `${id} ${row.symbol}`;
      const of = out.get(key) ?? new Map<number, number>();
      out.set(key, of.set(row.start, row.rows));
    }
  }
  return out;
}
