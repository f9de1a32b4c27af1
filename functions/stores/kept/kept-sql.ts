import type { Series } from '../../core/series/series.ts';
import type { TableSpec } from '../../core/series/table.ts';
import { stepOf, type Timeframe } from '../../core/time/timeframe.ts';
import { type Fragment, ofSeries } from '../postgres/fragments.ts';
import type { Runner } from '../postgres/postgres.ts';
import { summed } from '../queries/candle-sql.ts';

/** Lengths of the candles that are kept: those of the console's charts that add up many rows. A day has a whole number of each. */
const KEPT: readonly Timeframe[] = ['4h', '12h', '1d'];

/** Rows that are further apart are added up fast enough. */
const FINE: readonly Timeframe[] = ['1s', '1m', '3m', '5m'];

/** The lengths of the candles that are kept of rows of a timeframe, with their names. */
export const keptLengths = (timeframe: Timeframe): readonly { name: Timeframe; every: number }[] =>
  FINE.includes(timeframe) ? KEPT.map((name) => ({ name, every: stepOf(name) })) : [];

export const fineTimeframes = (timeframes: readonly Timeframe[]): readonly Timeframe[] =>
  timeframes.filter((timeframe) => FINE.includes(timeframe));

/** How many transactions have changed a table by hand; their number never falls. */
export const handChanges = (sql: Runner, table: string): Fragment => sql`
  (select coalesce(sum(changes), 0)::int8 from market_data.hand_changes where table_name = ${table})`;

/** What is marked of a series: its rows may have changed since its candles were kept. */
export const markedOf = (sql: Runner, series: Series): Fragment => sql`
  (select coalesce(range_agg(span), '{}') from (
    select span from market_data.ledger_marks where ${ofSeries(sql, series)}
    union all
    select day from market_data.recounts r, unnest(r.days) day where ${ofSeries(sql, series)}) marks)`;

/** The days of a series whose kept candles are those of the rows that are there, as a multirange; null where none is kept. */
export const keptDays = (sql: Runner, table: TableSpec, series: Series): Fragment => sql`
  (select case when changes = ${handChanges(sql, table.name)} and not market_data.chunks_are_gone(${table.name})
      then kept - ${markedOf(sql, series)} end
    from market_data.kept_spans where ${ofSeries(sql, series)})`;

/** The sums of a kept candle as columns of the types that sums of the table's columns have. */
export const keptSums = (sql: Runner, table: TableSpec): Fragment =>
  summed(sql, table, (column, name, i) => {
    const { type } = table.columns.find((column) => column.name === name)!;
    return sql`sums[${sql.unsafe(String(i + 1))}]${type === 'int4' ? sql`::int8` : sql``} as ${column}`;
  });
