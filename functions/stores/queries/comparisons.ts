import { type TableSpec, timeColumn } from '../../core/series/table.ts';
import type { Range } from '../../core/time/range.ts';
import { HOUR } from '../../core/time/time.ts';
import type { Comparison, ComparisonReader, Side } from '../../core/verify/cross/comparison.ts';
import { tableName } from '../copy/copy.ts';
import { epochMs, type Fragment, ownRows } from '../postgres/fragments.ts';
import { guarded, type Sql } from '../postgres/postgres.ts';

const COMPARED = ['open', 'high', 'low', 'close', 'volume', 'quote_volume', 'turnover', 'trades'] as const;

/** @param sql a session that may read */
export function createComparisonReader(sql: Sql, tables: (source: string) => TableSpec): ComparisonReader {
  /** Prices of one instant have one stamp: that of the left side's row. */
  const priced = ({ series, price, afterMs }: Side, left: Side, { start, end }: Range): Fragment => {
    const table = tables(series.source);
    const time = sql`t.${sql(timeColumn(table))}`;
    const value = priceOf(sql, price);
    const shift = afterMs - left.afterMs;
    return sql`
      select ${time} + ${`${shift} milliseconds`}::interval as at, ${value} as price
      from ${sql.unsafe(tableName(table))} t
      where ${ownRows(sql, table, series)} and ${time} >= ${new Date(start - shift)} and ${time} < ${new Date(end - shift)}
        and ${value} > 0`;
  };
  return {
    prices: (left, right, range) =>
      guarded(left.series, async () => {
        // Grouped and not joined: of a table that was filled a moment ago PostgreSQL expects one row, and would join each row with each.
        const rows = await sql<Record<string, number>[]>`
          with sided as (
            select at, price as a, null as b from (${priced(left, left, range)}) l
            union all select at, null, price from (${priced(right, left, range)}) r),
          paired as (select at, max(a) as a, max(b) as b from sided group by at having count(a) > 0 and count(b) > 0)
          select ${epochMs(sql, sql`date_bin('1 hour', at, '2000-01-01Z')`)} as start,
            count(*) as samples, min(a / b) as ratio_low, max(a / b) as ratio_high,
            min(a) as left_low, max(a) as left_high, min(b) as right_low, max(b) as right_high
          from paired group by 1 order by 1`;
        return rows.map((row) => ({
          start: row.start!,
          samples: row.samples!,
          ratio: { low: row.ratio_low!, high: row.ratio_high! },
          left: { low: row.left_low!, high: row.left_high! },
          right: { low: row.right_low!, high: row.right_high! },
        }));
      }),

    candles: (fine, coarse, { start, end }) =>
      guarded(coarse, async () => {
        const table = tables(coarse.source);
        const time = sql(timeColumn(table));
        const fields = COMPARED.filter((name) => table.columns.some((column) => column.name === name));
        const within = sql`t.${time} >= ${new Date(start)} and t.${time} < ${new Date(end)}`;
        const made = (name: string): Fragment => {
          const column = sql(name);
          if (name === 'open') return sql`(array_agg(${column} order by ${time}))[1]`;
          if (name === 'close') return sql`(array_agg(${column} order by ${time} desc))[1]`;
          return name === 'high'
            ? sql`max(${column})`
            : name === 'low'
              ? sql`min(${column})`
              : sql`sum(${column})`;
        };
        const list = (of: (name: string) => Fragment): Fragment =>
          fields.map(of).reduce((all, one) => sql`${all}, ${one}`);
        const rows = await sql<Record<string, number>[]>`
          with minutes as (
            select t.* from ${sql.unsafe(tableName(table))} t where ${ownRows(sql, table, fine)} and ${within}),
          made as (
            select date_bin('1 hour', ${time}, '2000-01-01Z') as hour, ${list((name) => sql`${made(name)}::float8 as ${sql(name)}`)}
            from minutes group by 1 having count(*) = ${HOUR / 60_000})
          select ${epochMs(sql, sql`made.hour`)} as start,
            ${list((name) => sql`made.${sql(name)} as ${sql(`made_${name}`)}, t.${sql(name)}::float8 as ${sql(`stored_${name}`)}`)}
          from made join ${sql.unsafe(tableName(table))} t on t.${time} = made.hour
          where ${ownRows(sql, table, coarse)} and ${within} order by 1`;
        const side = (row: Record<string, number>, of: 'made' | 'stored') =>
          Object.fromEntries(fields.map((name) => [name, row[`${of}_${name}`]!]));
        return rows.map((row) => ({
          start: row.start!,
          made: side(row, 'made'),
          stored: side(row, 'stored'),
        }));
      }),
  };
}

const priceOf = (sql: Sql, price: Comparison['left']['price']): Fragment =>
  typeof price === 'string' ? sql`t.${sql(price)}` : sql`t.${sql(price.of)} / nullif(t.${sql(price.per)}, 0)`;
