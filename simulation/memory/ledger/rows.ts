import type { Series } from '../../../functions/core/series/series.ts';
import { type Batch, type TableSpec, timeColumn } from '../../../functions/core/series/table.ts';
import { contains, type Range, type RangeSet } from '../../../functions/core/time/range.ts';
import { type Cell, canonicalLine, cellsAt } from '../../../functions/core/verify/canonical.ts';

export interface Row {
  /** epoch ms */
  readonly time: number;
  /** the columns of the key that differ within a series, other than the time; empty where the time is enough */
  readonly rest: string;
  /** in the order of the table's columns */
  readonly cells: readonly Cell[];
}

/** The rows of all tables. Series that differ in no column of the key share their rows. */
export class RowTables {
  readonly #tables: (source: string) => TableSpec;
  /** by what identifies a series in its table; each in the order of time, then of the rest of the key */
  #shelves = new Map<string, Row[]>();
  readonly #labels = new Map<string, string>();
  /** undoes writes, the first one first; kept while something has not reached the disk */
  #undo: (() => unknown)[] = [];
  #recording = false;

  constructor(tables: (source: string) => TableSpec) {
    this.#tables = tables;
  }

  table(series: Series): TableSpec {
    return this.#tables(series.source);
  }

  /**
   * Writes rows; existing rows that differ are replaced.
   * @returns how many were new or replaced, and how many of them were replaced
   */
  merge(series: Series, batch: Batch): { readonly written: number; readonly replaced: number } {
    const table = this.table(series);
    const rows = this.#shelf(series);
    const rest = restOfKey(table);
    const fresh: Row[] = [];
    let replaced = 0;
    for (let i = 0; i < batch.length; i++) {
      const cells = cellsAt(batch, i);
      const row: Row = { time: batch.times[i]!, rest: rest.map((c) => cells[c]).join('\n'), cells };
      const at = placeOf(rows, row);
      const before = rows[at];
      if (!before || order(before, row) !== 0) {
        // Of two rows with the same key the later one counts.
        if (fresh.length > 0 && order(fresh.at(-1)!, row) === 0) fresh.pop();
        fresh.push(row);
      } else if (!isSame(table, before.cells, cells)) {
        rows[at] = row;
        replaced += 1;
        this.undoable(() => rows.splice(rows.indexOf(row), 1, before));
      }
    }
    insert(rows, fresh);
    if (fresh.length > 0) this.undoable(() => remove(rows, fresh));
    return { written: fresh.length + replaced, replaced };
  }

  /** In the order of time, then of the key. */
  within(series: Series, { start, end }: Range = EVER): readonly Row[] {
    const rows = this.#shelf(series);
    return rows.slice(firstFrom(rows, start), firstFrom(rows, end));
  }

  count(series: Series, { start, end }: Range = EVER): number {
    const rows = this.#shelf(series);
    return firstFrom(rows, end) - firstFrom(rows, start);
  }

  /** The first row at or after an instant. */
  first(series: Series, at = Number.NEGATIVE_INFINITY): Row | undefined {
    const rows = this.#shelf(series);
    return rows[firstFrom(rows, at)];
  }

  last(series: Series): Row | undefined {
    return this.#shelf(series).at(-1);
  }

  /** Deletes rows without a mark or a word to the ledger. @returns the instants of what was deleted */
  lose(series: Series, set: RangeSet): readonly number[] {
    const rows = this.#shelf(series);
    const lost = rows.filter(({ time }) => contains(set, time));
    if (lost.length > 0) {
      remove(rows, lost);
      this.undoable(() => insert(rows, lost));
    }
    return lost.map(({ time }) => time);
  }

  /** Whether two series have the same rows. */
  share(a: Series, b: Series): boolean {
    return this.#labelOf(a) === this.#labelOf(b);
  }

  /** Rows of a batch that are not stored yet, whatever their values. */
  fresh(series: Series, batch: Batch): number {
    const rows = this.#shelf(series);
    const rest = restOfKey(this.table(series));
    let fresh = 0;
    for (let i = 0; i < batch.length; i++) {
      const cells = rest.length > 0 ? cellsAt(batch, i) : [];
      const row: Row = { time: batch.times[i]!, rest: rest.map((c) => cells[c]).join('\n'), cells };
      const before = rows[placeOf(rows, row)];
      if (!before || order(before, row) !== 0) fresh += 1;
    }
    return fresh;
  }

  /** How to undo a write, should it be lost. */
  undoable(undo: () => unknown): void {
    if (this.#recording) this.#undo.push(undo);
  }

  /** From now on writes can be undone. @returns how many were recorded before */
  record(): number {
    this.#recording = true;
    return this.#undo.length;
  }

  /** Undoes what was written after the given number of recorded writes. */
  undo(since: number): void {
    for (const one of this.#undo.splice(since).toReversed()) one();
  }

  forget(): void {
    this.#undo = [];
    this.#recording = false;
  }

  /** A copy that later writes leave as it is. */
  copy(): ReadonlyMap<string, readonly Row[]> {
    return new Map([...this.#shelves].map(([label, rows]) => [label, [...rows]]));
  }

  restore(copy: ReadonlyMap<string, readonly Row[]>): void {
    this.#shelves = new Map([...copy].map(([label, rows]) => [label, [...rows]]));
  }

  #shelf(series: Series): Row[] {
    const label = this.#labelOf(series);
    const known = this.#shelves.get(label);
    if (known) return known;
    const made: Row[] = [];
    this.#shelves.set(label, made);
    return made;
  }

  #labelOf(series: Series): string {
    const name = `${series.source} ${series.symbol} ${series.timeframe}`;
    const known = this.#labels.get(name);
    if (known !== undefined) return known;
    const { name: of, key, fixed = {} } = this.table(series);
    const columns = { symbol: series.symbol, timeframe: series.timeframe, ...fixed };
    const label = JSON.stringify([of, Object.entries(columns).filter(([column]) => key.includes(column))]);
    this.#labels.set(name, label);
    return label;
  }
}

const EVER: Range = { start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY };

const rests = new WeakMap<TableSpec, readonly number[]>();

/** Columns of the key other than the time and those that are the same in all rows of a series. */
function restOfKey(table: TableSpec): readonly number[] {
  const known = rests.get(table);
  if (known) return known;
  const constant = ['symbol', 'timeframe', timeColumn(table), ...Object.keys(table.fixed ?? {})];
  const found = table.key
    .filter((name) => !constant.includes(name))
    .map((name) => table.columns.findIndex((column) => column.name === name));
  rests.set(table, found);
  return found;
}

const order = (a: Row, b: Row): number =>
  a.time - b.time || (a.rest === b.rest ? 0 : a.rest < b.rest ? -1 : 1);

/** Equal cells are equal rows; cells that differ may still be the same value, as keys of an object in another order. */
const isSame = (table: TableSpec, a: readonly Cell[], b: readonly Cell[]): boolean =>
  a.every((cell, i) => Object.is(cell, b[i])) || canonicalLine(table, a) === canonicalLine(table, b);

/** Where a row is, or would be. Most rows come at the end. */
function placeOf(rows: readonly Row[], row: Row): number {
  const last = rows.at(-1);
  if (!last || order(last, row) < 0) return rows.length;
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (order(rows[middle]!, row) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function insert(rows: Row[], fresh: readonly Row[]): void {
  const [first] = fresh;
  if (!first) return;
  const behind = placeOf(rows, first) === rows.length;
  for (const row of fresh) rows.push(row);
  if (!behind || fresh.some((row, i) => i > 0 && order(fresh[i - 1]!, row) > 0)) rows.sort(order);
}

function remove(rows: Row[], gone: readonly Row[]): void {
  const [first, last] = [gone[0]!, gone.at(-1)!];
  const from = placeOf(rows, first);
  // What came last goes first: mostly it lies together.
  if (rows[from] === first && rows[from + gone.length - 1] === last) {
    rows.splice(from, gone.length);
    return;
  }
  const set = new Set(gone);
  let kept = 0;
  for (const row of rows) if (!set.has(row)) rows[kept++] = row;
  rows.length = kept;
}

/** Index of the first row at or after an instant. */
function firstFrom(rows: readonly Row[], at: number): number {
  let [low, high] = [0, rows.length];
  if (rows.length > 0 && rows.at(-1)!.time < at) return rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle]!.time < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
