import type { ColumnBatch, ReadFile } from '../../queries/export/columnar.ts';
import type { Source, Sources } from '../../series/source.ts';
import { type ColumnData, timeColumn } from '../../series/table.ts';
import { iso } from '../../time/time.ts';
import type { Sha256 } from '../../verify/ports.ts';
import { monthColumns, placesOf, withWholeTable } from '../columns.ts';
import type { ExportedFile } from '../manifest.ts';
import { addCanonical } from './canonical-rows.ts';

export interface FileRows {
  readonly rows: number;
  /** null: there are none */
  readonly first: string | null;
  readonly last: string | null;
  /** as the manifest has it */
  readonly rows_sha256: string;
}

/**
 * Reads a month back and hashes its rows, as the export did before it wrote them.
 * @throws Error when the bytes are not a file of this source; GordonError `unfit-value`
 */
export async function rowsOfFile(
  sha256: () => Sha256,
  sources: Sources,
  { source: id, symbol }: Pick<ExportedFile, 'source' | 'symbol'>,
  read: ReadFile,
  bytes: Uint8Array,
): Promise<FileRows> {
  const source = sources[id];
  if (!source) throw new Error(`this version knows no source ${id}`);
  const columns = monthColumns(withWholeTable(sources, source));
  const hash = sha256();
  const seen = { rows: 0, first: Number.NaN, last: Number.NaN };
  for await (const batch of read(bytes, columns)) {
    if (batch.length === 0) continue;
    const stored = storedRows(source, symbol, columns, batch);
    addCanonical(hash, source.table, stored, placesOf(source.table));
    if (seen.rows === 0) seen.first = stored.times[0]!;
    seen.last = stored.times[stored.length - 1]!;
    seen.rows += stored.length;
  }
  const at = (time: number): string | null => (Number.isNaN(time) ? null : iso(time));
  return { rows: seen.rows, first: at(seen.first), last: at(seen.last), rows_sha256: hash.hex() };
}

/** The columns of the table: those of the file, and those that are folders of the tree. */
function storedRows(
  { table }: Source,
  symbol: string,
  columns: readonly { readonly name: string }[],
  batch: ColumnBatch,
) {
  const folders: Readonly<Record<string, string>> = { ...table.fixed, symbol };
  const dataOf = (name: string): ColumnData => {
    const at = columns.findIndex((column) => column.name === name);
    return at < 0 ? { constant: folders[name]! } : batch.columns[at]!;
  };
  const times = dataOf(timeColumn(table)) as Float64Array;
  return { length: batch.length, times, columns: table.columns.map(({ name }) => dataOf(name)) };
}
