import type { Series } from '../../../functions/core/series/series.ts';
import type { Batch, TableSpec } from '../../../functions/core/series/table.ts';
import { contains, type Range, type RangeSet } from '../../../functions/core/time/range.ts';
import { type Cell, canonicalLine, cellsAt } from '../../../functions/core/verify/canonical.ts';

export interface Row {
  /** epoch ms */
  readonly time: number;
  /** in the order of the table's columns */
  readonly cells: readonly Cell[];
}

/** The rows of one series by the rest of their key; sorted when first needed. */
interface Shelf {
  readonly rows: Map<string, Row>;
  sorted: readonly Row[] | undefined;
}

/** The rows of all tables by primary key. Series that do not differ in a key column share their rows. */
export class RowTables {
  readonly #tables: (source: string) => TableSpec;
  readonly #shelves = new Map<string, Shelf>();

  constructor(tables: (source: string) => TableSpec) {
    this.#tables = tables;
  }

  table(series: Series): TableSpec {
    return this.#tables(series.source);
  }

  /**
   * Writes rows. Stored rows that differ are replaced.
   * @returns `written`: rows that were new or replaced; `replaced`: those of them that were replaced
   */
  merge(series: Series, batch: Batch): { readonly written: number; readonly replaced: number } {
    const table = this.table(series);
    const shelf = this.#shelf(series);
    const rest = keyColumns(table);
    let [written, replaced] = [0, 0];
    for (let i = 0; i < batch.length; i++) {
      const cells = cellsAt(batch, i);
      const key = rest.map((c) => cells[c]).join('\n');
      const before = shelf.rows.get(key);
      if (before && canonicalLine(table, before.cells) === canonicalLine(table, cells)) continue;
      written += 1;
      if (before) replaced += 1;
      shelf.rows.set(key, { time: batch.times[i]!, cells });
    }
    if (written > 0) shelf.sorted = undefined;
    return { written, replaced };
  }

  /** Rows within a range, by time and then by key. */
  within(series: Series, { start, end }: Range = EVER): readonly Row[] {
    const rows = this.#sorted(series);
    return rows.slice(firstFrom(rows, start), firstFrom(rows, end));
  }

  count(series: Series, { start, end }: Range = EVER): number {
    const rows = this.#sorted(series);
    return firstFrom(rows, end) - firstFrom(rows, start);
  }

  /** Deletes rows without the ledger, as someone would by hand. */
  lose(series: Series, set: RangeSet): void {
    const shelf = this.#shelf(series);
    for (const [key, { time }] of shelf.rows) if (contains(set, time)) shelf.rows.delete(key);
    shelf.sorted = undefined;
  }

  #sorted(series: Series): readonly Row[] {
    const shelf = this.#shelf(series);
    shelf.sorted ??= [...shelf.rows]
      .sort(([a, x], [b, y]) => x.time - y.time || (a < b ? -1 : 1))
      .map(([, row]) => row);
    return shelf.sorted;
  }

  #shelf(series: Series): Shelf {
    const { name, key, fixed = {} } = this.table(series);
    const columns: Readonly<Record<string, string>> = {
      symbol: series.symbol,
      timeframe: series.timeframe,
      ...fixed,
    };
    const own = Object.entries(columns).filter(([column]) => key.includes(column));
    const label = JSON.stringify([name, own]);
    const known = this.#shelves.get(label);
    if (known) return known;
    const made: Shelf = { rows: new Map(), sorted: undefined };
    this.#shelves.set(label, made);
    return made;
  }
}

const EVER: Range = { start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY };

/** The key columns that differ between rows of one series. */
function keyColumns({ key, columns, fixed = {} }: TableSpec): number[] {
  const constant = ['symbol', 'timeframe', ...Object.keys(fixed)];
  return key
    .filter((name) => !constant.includes(name))
    .map((name) => columns.findIndex((column) => column.name === name));
}

/** Index of the first row at or after an instant. */
function firstFrom(rows: readonly Row[], at: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle]!.time < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
