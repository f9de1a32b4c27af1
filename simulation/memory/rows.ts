import type { Range, RangeSet } from '../../functions/core/range.ts';
import { contains } from '../../functions/core/range.ts';
import type { Series } from '../../functions/core/series.ts';
import type { Batch, TableSpec } from '../../functions/core/table.ts';
import { type Cell, cellsAt, keyOf, lineOf } from '../../functions/core/verify/canonical.ts';

export interface Row {
  /** epoch ms */
  readonly time: number;
  /** in the order of the table's columns */
  readonly cells: readonly Cell[];
  /** the row as one text: equal rows have equal lines */
  readonly line: string;
}

/** The rows of all tables, by their primary key. Series that differ in no column of the key share their rows. */
export class RowTables {
  readonly #tables: (source: string) => TableSpec;
  readonly #rows = new Map<string, Map<string, Row>>();

  constructor(tables: (source: string) => TableSpec) {
    this.#tables = tables;
  }

  table(series: Series): TableSpec {
    return this.#tables(series.source);
  }

  /**
   * Writes rows; those that are there and differ are replaced.
   * @returns how many were new or replaced, and how many of them were replaced
   */
  merge(series: Series, batch: Batch): { readonly written: number; readonly replaced: number } {
    const table = this.table(series);
    const own = this.#own(series);
    let [written, replaced] = [0, 0];
    for (let i = 0; i < batch.length; i++) {
      const cells = cellsAt(batch, i);
      const key = keyOf(table, cells);
      const line = lineOf(table, cells);
      const before = own.get(key);
      if (before?.line === line) continue;
      written += 1;
      if (before) replaced += 1;
      own.set(key, { time: batch.times[i]!, cells, line });
    }
    return { written, replaced };
  }

  /** In the order of time, then of the key. */
  within(series: Series, range: Range = EVER): Row[] {
    return [...this.#own(series)]
      .filter(([, { time }]) => range.start <= time && time < range.end)
      .sort(([a, x], [b, y]) => x.time - y.time || (a < b ? -1 : 1))
      .map(([, row]) => row);
  }

  count(series: Series, range: Range = EVER): number {
    let rows = 0;
    for (const { time } of this.#own(series).values()) if (range.start <= time && time < range.end) rows += 1;
    return rows;
  }

  /** As somebody deletes rows by hand: the ledger does not know of it. */
  lose(series: Series, set: RangeSet): void {
    const own = this.#own(series);
    for (const [key, { time }] of own) if (contains(set, time)) own.delete(key);
  }

  #own(series: Series): Map<string, Row> {
    const { name, key, fixed = {} } = this.table(series);
    const columns: Readonly<Record<string, string>> = {
      symbol: series.symbol,
      timeframe: series.timeframe,
      ...fixed,
    };
    const own = Object.entries(columns).filter(([column]) => key.includes(column));
    const label = JSON.stringify([name, own]);
    const known = this.#rows.get(label);
    if (known) return known;
    const made = new Map<string, Row>();
    this.#rows.set(label, made);
    return made;
  }
}

const EVER: Range = { start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY };
