import type { Format } from '../../../functions/core/queries/export/formats.ts';
import { addressOf } from '../../../functions/routes.ts';

/** What identifies the rows of a chart. */
export interface Selection {
  /** `http://127.0.0.1:8081` */
  readonly origin: string;
  readonly table: string;
  readonly source: string;
  readonly symbol: string;
  readonly timeframe: string;
  readonly time: string;
  readonly from: string;
  readonly to: string;
  /** width of candles that are made of smaller ones */
  readonly every?: string | undefined;
  /** columns that tell the sources of a table apart, and their values in this one */
  readonly fixed: Readonly<Record<string, string>>;
}

/** Formats that a button loads. */
export const DOWNLOADS = {
  csv: 'CSV',
  excel: 'CSV for Excel',
  parquet: 'Parquet',
} as const satisfies Partial<Record<Format, string>>;

/** Where the API has them, as a file. */
export function urlOf(of: Selection, format: string): string {
  const { source, symbol, timeframe, from, to, every } = of;
  const wider = every === timeframe ? undefined : every;
  const query = { source, symbol, timeframe, from, to, every: wider, format };
  return of.origin + addressOf('rows', { table: of.table }, query).path;
}

/** The same rows by other means, a line of each. */
export function snippetsOf(of: Selection): Readonly<Record<string, string>> {
  const file = urlOf(of, 'parquet');
  const conditions = Object.entries({ symbol: of.symbol, ...of.fixed }).map(
    ([name, value]) => `${name} = ${quoted(value)}`,
  );
  return {
    curl: `curl ${shellQuoted(urlOf(of, 'csv'))} -o ${of.table}.csv`,
    SQL:
      `SELECT * FROM market_data.${of.table} WHERE ${conditions.join(' AND ')} ` +
      `AND ${of.time} >= ${quoted(of.from)} AND ${of.time} < ${quoted(of.to)} ORDER BY ${of.time}`,
    pandas: `pandas.read_parquet(${JSON.stringify(file)})`,
    polars: `polars.read_parquet(${JSON.stringify(file)})`,
    DuckDB: `SELECT * FROM read_parquet(${quoted(file)})`,
  };
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const shellQuoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Columns of a row that tell the sources of one table apart. */
const APART = ['venue', 'kind'] as const;

/** @param timeframe of the series: a row of wider candles has theirs, and some tables have none */
export const sharedColumns = (
  row: Readonly<Record<string, unknown>>,
  timeframe: string,
): Record<string, string> => ({
  ...('timeframe' in row && { timeframe }),
  ...Object.fromEntries(
    APART.flatMap((name) => {
      const value = row[name];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  ),
});
