import { GordonError } from '../errors/errors.ts';
import type { Batch, Column, TableSpec } from '../series/table.ts';
import { iso } from '../time/time.ts';

/**
 * A row as one line of JSON: the table's columns in their order, text as text, instants as ISO 8601 in UTC, numbers as the
 * shortest decimal that reads back to the same double, jsonb with its keys in order. Equal rows have equal lines in
 * whatever warehouse they lie, so a hash over the lines of a span can be compared.
 */
export type Line = string;

/** A value as a driver or a batch holds it; `timestamptz` as epoch ms or Date, `bool` also as 0 and 1. */
export type Cell = unknown;

/** One row as its canonical line of JSON. @param cells in the order of the table's columns */
export const canonicalLine = (table: TableSpec, cells: readonly Cell[]): Line =>
  JSON.stringify(table.columns.map((column, c) => canonical(column, cells[c])));

/** The primary key of a row, as one text. */
export const canonicalKey = (table: TableSpec, cells: readonly Cell[]): string =>
  JSON.stringify(keyColumns(table).map((c) => canonical(table.columns[c]!, cells[c])));

const positions = new WeakMap<TableSpec, readonly number[]>();
function keyColumns(table: TableSpec): readonly number[] {
  const known = positions.get(table);
  if (known) return known;
  const found = table.key.map((name) => table.columns.findIndex((column) => column.name === name));
  positions.set(table, found);
  return found;
}

/** The cells of one row of a batch. */
export function cellsAt({ columns }: Batch, i: number): Cell[] {
  return columns.map((data) => {
    if ('constant' in data) return data.constant;
    const value = data[i] ?? null;
    return Number.isNaN(value) ? null : value;
  });
}

/** By the columns' names, for people to read. */
export const asObject = (table: TableSpec, line: Line): Record<string, unknown> => {
  const values = JSON.parse(line) as unknown[];
  return Object.fromEntries(table.columns.map(({ name }, c) => [name, values[c]]));
};

function canonical({ name, type }: Column, value: Cell): unknown {
  if (value === null || value === undefined) return null;
  switch (type) {
    case 'text':
      return String(value);
    case 'timestamptz':
      return iso(value instanceof Date ? value.getTime() : Number(value));
    case 'bool':
      return Boolean(value);
    case 'jsonb':
      return sorted(typeof value === 'string' ? JSON.parse(value) : value);
    default:
      if (Number.isFinite(Number(value))) return Number(value);
      throw unwritable(name, value);
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, of]) => [key, sorted(of)]));
}

/** JSON would turn it into null, and two different rows would have the same line. */
const unwritable = (subject: string, value: unknown): GordonError =>
  new GordonError({
    code: 'unfit-value',
    subject,
    message: `${String(value)} is not a number.`,
    remedy: 'No source writes such a value: somebody else did.',
  });
