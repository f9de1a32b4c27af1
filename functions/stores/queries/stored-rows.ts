import type { Series } from '../../core/series/series.ts';
import { type TableSpec, timeColumn } from '../../core/series/table.ts';
import type { Cell } from '../../core/verify/canonical.ts';
import type { StoredRows } from '../../core/verify/ports.ts';
import { quoted, tableName } from '../copy/copy.ts';
import { ownRows } from '../postgres/fragments.ts';
import { guardedRows, type Sql } from '../postgres/postgres.ts';

/** Rows of one fetch: some hundred kilobytes. */
const BATCH = 2_000;

/** @param sql a session of `gordon_reader` */
export function createStoredRows(sql: Sql, tables: (source: string) => TableSpec): StoredRows {
  return {
    read(series, { start, end }) {
      const table = tables(series.source);
      const time = sql(`t.${timeColumn(table)}`);
      return guardedRows(table.name, async function* () {
        const found = sql`
          select ${sql.unsafe(table.columns.map(({ name }) => `t.${quoted(name)}`).join(', '))}
          from ${sql.unsafe(tableName(table))} t
          where ${ownRows(sql, table, series)} and ${time} >= ${new Date(start)} and ${time} < ${new Date(end)}
          order by ${sql.unsafe(orderOf(table, series))}`;
        for await (const rows of found.cursor(BATCH)) {
          yield rows.map((row): Cell[] => table.columns.map(({ name }) => row[name]));
        }
      });
    },
  };
}

/** The key without the columns that are equal in all rows of the series, so the index gives the order. */
export function orderOf(table: TableSpec, series: Series): string {
  const constant = new Set<string>([...Object.keys(series), ...Object.keys(table.fixed ?? {})]);
  const types = new Map(table.columns.map(({ name, type }) => [name, type]));
  return table.key
    .filter((name) => !constant.has(name))
    .map((name) => `t.${quoted(name)}${types.get(name) === 'text' ? ' collate "C"' : ''}`)
    .join(', ');
}
