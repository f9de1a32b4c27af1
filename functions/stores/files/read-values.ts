import type { FileColumn } from '../../core/queries/export/columnar.ts';
import type { ColumnData } from '../../core/series/table.ts';
import { isText } from './row-groups.ts';

/**
 * A column as a library of a file format reads it: numbers as numbers, bigints or booleans, instants as epoch ms.
 * @throws TypeError for a value of another type
 */
export function columnOf(column: FileColumn, values: ArrayLike<unknown>): ColumnData {
  const { length } = values;
  if (isText(column)) {
    const texts: (string | null)[] = new Array(length);
    for (let i = 0; i < length; i++) texts[i] = textOf(column, values[i]);
    return texts;
  }
  if (values instanceof Float64Array) return values;
  const numbers = new Float64Array(length);
  for (let i = 0; i < length; i++) numbers[i] = numberOf(column, values[i]);
  return numbers;
}

function textOf(column: FileColumn, value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  throw unfit(column, value);
}

function numberOf(column: FileColumn, value: unknown): number {
  if (value === null || value === undefined) return Number.NaN;
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint' || typeof value === 'boolean') return Number(value);
  throw unfit(column, value);
}

const unfit = ({ name }: FileColumn, value: unknown): TypeError =>
  new TypeError(`its column ${name} has a ${typeof value}`);

/** @throws TypeError for a column that the file does not have */
export function requireColumns(columns: readonly FileColumn[], names: Iterable<string>): void {
  const there = new Set(names);
  const lacking = columns.find(({ name }) => !there.has(name));
  if (lacking) throw new TypeError(`it has no column ${lacking.name}`);
}
