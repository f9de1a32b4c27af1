import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { tableFromIPC } from 'apache-arrow';
import { parquetReadObjects } from 'hyparquet';
import type { ExportedFile, Manifest } from '../../../functions/core/exports/manifest.ts';
import { toBatch } from '../../../functions/core/series/batch.ts';
import type { Series } from '../../../functions/core/series/series.ts';
import type { Source } from '../../../functions/core/series/source.ts';
import { timeColumn } from '../../../functions/core/series/table.ts';
import { HOUR } from '../../../functions/core/time/time.ts';
import { copyRows, tableName } from '../../../functions/stores/copy/copy.ts';
import type { Sql } from '../../../functions/stores/postgres/postgres.ts';

export const manifestIn = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest;

/** All files below a folder, in order. */
export const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

type Row = Record<string, unknown>;

export function readParquet(path: string): Promise<Row[]> {
  const bytes = readFileSync(path);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  return parquetReadObjects({ file, compressors: { ZSTD: (packed) => zstdDecompressSync(packed) } });
}

export const readArrow = (path: string): Row[] =>
  tableFromIPC(readFileSync(path))
    .toArray()
    .map((row) => row.toJSON() as Row);

/** Partitions of a path, which are columns of its rows. */
export const partitionsIn = (path: string): Row =>
  Object.fromEntries(
    path.split('/').flatMap((part) => {
      const [name, value] = part.split('=');
      return value === undefined ? [] : [[name, decodeURIComponent(value)]];
    }),
  );

/** The usual series of a source. */
export const seriesOf = ({ id, defaultSymbols, defaultTimeframe }: Source): Series => ({
  source: id,
  symbol: defaultSymbols[0] ?? 'BTCUSDT',
  timeframe: defaultTimeframe,
});

/** Writes rows of a source straight into its table, with every type and with NULL where it may be. */
export async function fill(sql: Sql, source: Source, instants: readonly number[]): Promise<void> {
  const { table } = source;
  const series = seriesOf(source);
  const own: Record<string, string> = { ...table.fixed, symbol: series.symbol, timeframe: series.timeframe };
  const cell = (name: string, type: string, at: number, i: number, c: number): string | number | null => {
    if (own[name] !== undefined) return own[name];
    if (name === timeColumn(table)) return at;
    if (i % 2 === 1 && nullable.has(name) && !table.key.includes(name)) return null;
    if (type === 'timestamptz') return at + HOUR;
    if (name === 'unit' || name === 'sides') return name === 'unit' ? 'contracts' : 'both';
    if (type === 'text') return `text "${i}"`;
    if (type === 'jsonb') return `{"b":${i},"a":[]}`;
    return type === 'float8' ? (i + 1) / (c + 3) : type === 'bool' ? i % 2 : 8;
  };
  const nullable = new Set(
    (
      await sql<{ name: string }[]>`
        select column_name as name from information_schema.columns
        where table_schema = 'market_data' and table_name = ${table.name} and is_nullable = 'YES'`
    ).map(({ name }) => name),
  );
  const rows = instants.map((at, i) => table.columns.map(({ name, type }, c) => cell(name, type, at, i, c)));
  await sql.begin((tx) => copyRows(tx, tableName(table), table, [toBatch(table, rows)]));
  await sql`
    insert into market_data.series (source, symbol, timeframe, requested)
    values (${series.source}, ${series.symbol}, ${series.timeframe}, '{[2025-01-01Z,2025-04-01Z)}')
    on conflict do nothing`;
}

export const fileOf = ({ files }: Manifest, path: string): ExportedFile => {
  const file = files.find((one) => one.path === path);
  if (!file) throw new Error(`the manifest has no ${path}`);
  return file;
};
