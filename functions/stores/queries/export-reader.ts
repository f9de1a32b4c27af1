import { storedColumns } from '../../core/exports/columns.ts';
import type { ExportReader, MonthPrint, SeriesSnapshot } from '../../core/exports/ports.ts';
import type { Series } from '../../core/series/series.ts';
import { type Batch, type ColumnData, type TableSpec, timeColumn } from '../../core/series/table.ts';
import { normalize, type Range, type RangeSet } from '../../core/time/range.ts';
import { iso } from '../../core/time/time.ts';
import { quoted, tableName } from '../copy/copy.ts';
import { readCopy } from '../copy/read-copy.ts';
import { requestedSeries } from '../ledger/report.ts';
import { bounds, epochMs, ofSeries, ownColumns, ownRows } from '../postgres/fragments.ts';
import { guarded, type Runner, type Sql } from '../postgres/postgres.ts';
import { ledger } from './evidence.ts';
import { literal } from './row-sql.ts';
import { orderOf } from './stored-rows.ts';

/** More spans than any series has. */
const ALL = 2 ** 31 - 1;

/** Reads months for an export. @param sql a session of `gordon_reader` */
export function createExportReader(sql: Sql, tables: (source: string) => TableSpec): ExportReader {
  return {
    isSimulated: () => guarded('the database', () => isSimulated(sql)),
    series: (sources) => guarded('the series', () => requestedSeries(sql, { sources })),
    snapshot: async (series, work) => {
      // What the work throws of its own, such as a full disk, is not a failure of the database.
      let own: { readonly error: unknown } | undefined;
      const begin = () =>
        sql.begin(
          (tx) =>
            work(snapshot(tx, tables(series.source), series)).catch((error: unknown): never => {
              own = { error };
              throw error;
            }),
          'isolation level repeatable read read only',
        );
      const result = await guarded(series, async () => {
        try {
          return { value: await begin() };
        } catch (error) {
          if (own) return undefined;
          throw error;
        }
      });
      if (!result) throw own!.error;
      return result.value;
    },
  };
}

const snapshot = (tx: Runner, table: TableSpec, series: Series): SeriesSnapshot => ({
  prints: (range) => guarded(series, () => prints(tx, table, series, range)),
  counts: () => guarded(series, () => counts(tx, table, series)),
  uncounted: () => guarded(series, () => uncounted(tx, series)),
  ledger: (range) => guarded(series, () => ledger(tx, series, range, ALL)),
  rows: (range) => rows(tx, table, series, range),
});

async function isSimulated(sql: Runner): Promise<boolean> {
  const found = await sql`select from market_data.meta where key = 'simulated' and value = 'true'`;
  return found.length > 0;
}

async function uncounted(tx: Runner, series: Series): Promise<RangeSet> {
  const found = await tx<{ start: number | null; end: number | null }[]>`
    select ${bounds(tx, tx`r`)} from market_data.recounts, unnest(days) r where ${ofSeries(tx, series)}`;
  // All of time, for a table that was emptied.
  return normalize(
    found.map(({ start, end }) => ({
      start: start ?? Number.NEGATIVE_INFINITY,
      end: end ?? Number.POSITIVE_INFINITY,
    })),
  );
}

/**
 * Sums up the rows of each month without sending them. A hash of each row is folded with exclusive or, which depends on no
 * order, and twice with different seeds: 128 bits.
 */
function prints(
  tx: Runner,
  table: TableSpec,
  series: Series,
  range: Range | undefined,
): Promise<MonthPrint[]> {
  const row = tx.unsafe(`row(${names(table)})`);
  const of = (seed: number) => tx`bit_xor(hash_record_extended(${row}, ${tx.unsafe(String(seed))}))`;
  return tx<MonthPrint[]>`
    select ${epochMs(tx, tx`month`)} as start, rows, concat_ws(' ', 1, a, b, rows) as print from (
      select ${MONTH(tx)} as month, sum(rows)::int8 as rows, bit_xor(a) as a, bit_xor(b) as b from (
        select ${dayOf(tx, table)} as day, count(*) as rows, ${of(0)} as a, ${of(1)} as b
        from ${tx.unsafe(tableName(table))} t
        where ${ownRows(tx, table, series)} and ${within(tx, table, range)}
        group by 1) days
      group by 1) months
    order by 1`;
}

/** Rows are grouped by days first: to know a row's month takes the server as long as to hash the row. */
const dayOf = (tx: Runner, table: TableSpec) =>
  tx`date_bin('1 day', t.${tx(timeColumn(table))}, '2000-01-01Z'::timestamptz)`;
const MONTH = (tx: Runner) => tx`date_trunc('month', day, 'UTC')`;

function within(tx: Runner, table: TableSpec, range: Range | undefined) {
  const time = tx`t.${tx(timeColumn(table))}`;
  if (!range) return tx`true`;
  return tx`${time} >= ${new Date(range.start)} and ${time} < ${new Date(range.end)}`;
}

const counts = (tx: Runner, table: TableSpec, series: Series) =>
  tx<Omit<MonthPrint, 'print'>[]>`
    select ${epochMs(tx, tx`month`)} as start, rows from (
      select ${MONTH(tx)} as month, sum(rows)::int8 as rows from (
        select ${dayOf(tx, table)} as day, count(*) as rows
        from ${tx.unsafe(tableName(table))} t where ${ownRows(tx, table, series)}
        group by 1) days
      group by 1) months
    order by 1`;

const names = (table: TableSpec, columns = storedColumns(table)): string =>
  columns.map(({ name }) => `t.${quoted(name)}`).join(', ');

async function* rows(tx: Runner, table: TableSpec, series: Series, range: Range): AsyncGenerator<Batch> {
  const own = new Map(ownColumns(table, series));
  const all = storedColumns(table);
  // What is equal in all rows of a series does not travel with each of them.
  const columns = all.filter(({ name }) => !own.has(name));
  const time = `t.${quoted(timeColumn(table))}`;
  // COPY takes no parameters.
  const conditions = [
    ...[...own].map(([column, value]) => `t.${quoted(column)} = ${literal(value)}`),
    `${time} >= ${literal(iso(range.start))}`,
    `${time} < ${literal(iso(range.end))}`,
  ];
  const query = `select ${names(table, columns)} from ${tableName(table)} t
    where ${conditions.join(' and ')} order by ${orderOf(table, series)}`;
  const at = columns.findIndex(({ name }) => name === timeColumn(table));
  const copy = tx.unsafe(`copy (${query}) to stdout (format binary)`);
  const found = readCopy(tx, copy, columns);
  try {
    for (;;) {
      const { value, done } = await guarded(series, () => found.next());
      if (done) return;
      const [...read] = value.columns;
      const data = all.map(({ name }): ColumnData => {
        const constant = own.get(name);
        return constant === undefined ? read.shift()! : { constant };
      });
      yield { length: value.length, times: value.columns[at] as Float64Array, columns: data };
    }
  } finally {
    await found.return(undefined);
  }
}
