import type { Sources } from '../series/source.ts';
import type { StoredTable } from './ports.ts';

export interface TableSize extends StoredTable {
  readonly rows: number;
  readonly countedBy: 'ledger' | 'statistics';
  /** bytes */
  readonly total: number;
  /** absent where there are no rows */
  readonly bytesPerRow?: number;
}

/**
 * The largest first. Rows of what sources fill are those of the ledger, which are exact; the estimate of a table right after a
 * load may be far off.
 */
export function tableSizes(
  stored: readonly StoredTable[],
  ledgerRows: ReadonlyMap<string, number>,
  sources: Sources,
): TableSize[] {
  return stored.map(sizeOf).sort((a, b) => b.total - a.total || (a.name < b.name ? -1 : 1));

  function sizeOf(table: StoredTable): TableSize {
    const filling = Object.values(sources).filter((source) => source.table.name === table.name);
    const rows =
      filling.length > 0
        ? filling.reduce((sum, { id }) => sum + (ledgerRows.get(id) ?? 0), 0)
        : table.estimated;
    const total = table.heap + table.indexes + table.columnstore;
    return {
      ...table,
      rows,
      countedBy: filling.length > 0 ? 'ledger' : 'statistics',
      total,
      ...(rows > 0 && { bytesPerRow: total / rows }),
    };
  }
}

/** As the API answers. */
export const tableSizeView = (size: TableSize) => ({
  name: size.name,
  rows: size.rows,
  counted_by: size.countedBy,
  heap_bytes: size.heap,
  index_bytes: size.indexes,
  columnstore_bytes: size.columnstore,
  total_bytes: size.total,
  bytes_per_row: size.bytesPerRow === undefined ? null : Math.round(10 * size.bytesPerRow) / 10,
});
