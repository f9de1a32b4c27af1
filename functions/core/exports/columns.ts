import { hasCloseTime } from '../queries/columns.ts';
import type { FileColumn } from '../queries/export/columnar.ts';
import type { Source, Sources } from '../series/source.ts';
import {
  type Batch,
  type Column,
  type ColumnData,
  KNOWN_AT,
  readColumns,
  type TableSpec,
  timeColumn,
} from '../series/table.ts';
import { partitionsOf } from './layout.ts';

/**
 * A source with every column of its table: all files of a table have the same ones, also where another source alone fills them.
 * `columns`, of which the canonical rows are made, stay as they are.
 */
export function withWholeTable(sources: Sources, source: Source): Source {
  const { table } = source;
  const known = new Set([...table.columns, ...(table.computed ?? [])].map(({ name }) => name));
  const others = Object.values(sources)
    .filter((one) => one.table.name === table.name)
    .flatMap((one) => one.table.columns.filter(({ name }) => !known.has(name)));
  const more = [...new Map(others.map((column) => [column.name, column])).values()];
  return more.length === 0
    ? source
    : { ...source, table: { ...table, computed: [...more, ...(table.computed ?? [])] } };
}

/** The columns that a store reads of a table: those that are stored, and what the database computes with each row. */
export const storedColumns = ({ columns, computed = [] }: TableSpec): readonly Column[] => [
  ...columns,
  ...computed,
];

/** The place of each of the table's columns among `storedColumns`. */
export const placesOf = ({ columns }: TableSpec): readonly number[] => columns.map((_, c) => c);

/** Whether the rows are candles: they close a step after they open, and are known then. */
const isCandles = (table: TableSpec): boolean =>
  ['open', 'high', 'low', 'close'].every((name) => table.columns.some((column) => column.name === name));

/**
 * The columns of a file: those of `GET /data/{table}`, of candles also when they are known, without those that are folders of
 * the tree.
 */
export function monthColumns(source: Source): readonly FileColumn[] {
  const { table } = source;
  const all = [...readColumns(table), ...(isCandles(table) ? [KNOWN_AT] : [])];
  const never = new Set([...table.key, 'close_time']);
  const folders = partitionsOf(source);
  return all
    .filter(({ name }) => !folders.includes(name))
    .map((column) => ({
      ...column,
      nullable: !never.has(column.name) && !(isCandles(table) && column.name === KNOWN_AT.name),
    }));
}

/**
 * The rows of a file, in the order of `monthColumns`. What follows from another column is computed.
 * @param stored in the order of `storedColumns`
 * @param step length of a candle, ms
 */
export function monthRows(source: Source, stored: Batch, step: number): Batch {
  const { table } = source;
  const names = storedColumns(table).map(({ name }) => name);
  const opened = stored.columns[names.indexOf(timeColumn(table))] as Float64Array;
  const derived = (name: string): ColumnData => {
    if (name === 'close_time' && hasCloseTime(table)) return opened.map((at) => at + step - 1);
    return opened.map((at) => at + step);
  };
  const columns = monthColumns(source).map(({ name }) => {
    const at = names.indexOf(name);
    return at < 0 ? derived(name) : stored.columns[at]!;
  });
  return { length: stored.length, times: stored.times, columns };
}
