import { storedColumns } from '../../core/exports/columns.ts';
import type { ExportReader, MonthPrint, SeriesSnapshot } from '../../core/exports/ports.ts';
import { type Series, seriesLabel } from '../../core/series/series.ts';
import { type Batch, type TableSpec, timeColumn } from '../../core/series/table.ts';
import { normalize, type Range, type RangeSet } from '../../core/time/range.ts';
import { iso } from '../../core/time/time.ts';
import { quoted, tableName } from '../copy/copy.ts';
import { readCopy } from '../copy/read-copy.ts';
import { requestedSeries } from '../ledger/report.ts';
import { bounds, epochMs, ofSeries, ownColumns, ownRows } from '../postgres/fragments.ts';
import { guarded, type Runner, type Sql, storeError } from '../postgres/postgres.ts';
import { ledger } from './evidence.ts';
import { orderOf } from './stored-rows.ts';

/** More spans than any series has. */
const ALL = 2 ** 31 - 1;

/** Reads months for an export. @param sql a session of `gordon_reader` */
export function createExportReader(sql: Sql, tables: (source: string) => TableSpec): ExportReader {
  return {
    isSimulated: () => guarded('the database', () => isSimulated(sql)),
    series: (sources) => guarded('the series', () => requestedSeries(sql, { sources })),
    snapshot: async (series, work) => {
      // What the work throws of its own, such as a full disk, is no failure of the database.
      let own: { readonly error: unknown } | undefined;
      try {
        return await sql.begin(
          (tx) =>
            work(snapshot(tx, tables(series.source), series)).catch((error: unknown): never => {
              own = { error };
              throw error;
            }),
          'isolation level repeatable read read only',
        );
      } catch (error) {
        throw own ? own.error : storeError(error, seriesLabel(series));
      }
    },
  };
}

const snapshot = (tx: Runner, table: TableSpec, series: Series): SeriesSnapshot => ({
  prints: (range) => guarded(series, () => prints(tx, table, series, range)),
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
  // Of a table that was emptied: all of time.
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
  const time = tx(`t.${timeColumn(table)}`);
  const row = tx.unsafe(`row(${names(table)})`);
  const within = range
    ? tx`${time} >= ${new Date(range.start)} and ${time} < ${new Date(range.end)}`
    : tx`true`;
  return tx<MonthPrint[]>`
    select ${epochMs(tx, tx`month`)} as start, rows, print from (
      select date_trunc('month', ${time}, 'UTC') as month, count(*) as rows,
        concat_ws(' ', 1, bit_xor(hash_record_extended(${row}, 0)), bit_xor(hash_record_extended(${row}, 1)), count(*)) as print
      from ${tx.unsafe(tableName(table))} t
      where ${ownRows(tx, table, series)} and ${within}
      group by 1) months
    order by 1`;
}

const names = (table: TableSpec): string =>
  storedColumns(table)
    .map(({ name }) => `t.${quoted(name)}`)
    .join(', ');

async function* rows(tx: Runner, table: TableSpec, series: Series, range: Range): AsyncGenerator<Batch> {
  const columns = storedColumns(table);
  const time = `t.${quoted(timeColumn(table))}`;
  const conditions = [
    ...ownColumns(table, series).map(([column, value]) => `t.${quoted(column)} = ${literal(value)}`),
    `${time} >= ${literal(iso(range.start))}`,
    `${time} < ${literal(iso(range.end))}`,
  ];
  const query = `select ${names(table)} from ${tableName(table)} t
    where ${conditions.join(' and ')} order by ${orderOf(table, series)}`;
  const at = columns.findIndex(({ name }) => name === timeColumn(table));
  const found = readCopy(tx.unsafe(`copy (${query}) to stdout (format binary)`), columns);
  try {
    for (;;) {
      const { value, done } = await guarded(series, () => found.next());
      if (done) return;
      yield { ...value, times: value.columns[at] as Float64Array };
    }
  } finally {
    await found.return(undefined);
  }
}

/** COPY takes no parameters. */
const literal = (value: string): string => `E'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
