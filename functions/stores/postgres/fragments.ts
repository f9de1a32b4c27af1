import type { Series } from '../../core/series/series.ts';
import type { TableSpec } from '../../core/series/table.ts';
import type { Runner } from './postgres.ts';

/** The rows of one series in a table `t` that several series share: by the columns of the key that identify a series. */
export function ownRows(sql: Runner, table: TableSpec, series: Series) {
  const of = { symbol: series.symbol, timeframe: series.timeframe, ...table.fixed };
  const own = Object.entries(of).filter(([column]) => table.key.includes(column));
  return own.reduce((all, [column, value]) => sql`${all} and t.${sql(column)} = ${value}`, sql`true`);
}
