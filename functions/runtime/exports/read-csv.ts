import { gunzipSync } from 'node:zlib';
import type { FileColumn, ReadFile } from '../../core/queries/export/columnar.ts';
import { columnOf, requireColumns } from '../../stores/files/read-values.ts';

/** Reads CSV as `csvFile` writes it: NULL is the empty cell, the empty text is quoted. */
export const readCsv: ReadFile = async function* (bytes, columns) {
  const rows = records(gunzipSync(bytes).toString('utf8'));
  const names = rows.next().value ?? [];
  requireColumns(columns, names as Iterable<string>);
  const places = columns.map(({ name }) => names.indexOf(name));
  for (;;) {
    const batch: (string | null)[][] = [];
    for (const row of rows) if (batch.push(row) === AT_ONCE) break;
    if (batch.length === 0) return;
    yield {
      length: batch.length,
      columns: columns.map((column, c) =>
        columnOf(
          column,
          batch.map((row) => cellValue(column, row[places[c]!] ?? null)),
        ),
      ),
    };
  }
};

const AT_ONCE = 8_192;
const CELL = /(?:"((?:[^"]|"")*)"|([^,\r\n"]*))(,|\n)/y;

/** Rows of RFC 4180, their lines ended by `\n`. */
function records(text: string): Iterator<(string | null)[], undefined> & Iterable<(string | null)[]> {
  let at = 0;
  return {
    [Symbol.iterator]() {
      return this;
    },
    next() {
      if (at >= text.length) return { done: true, value: undefined };
      const cells: (string | null)[] = [];
      for (;;) {
        CELL.lastIndex = at;
        const [all, quoted, plain, end] = CELL.exec(text) ?? [];
        if (all === undefined) throw new TypeError(`a cell at character ${at} does not end`);
        at += all.length;
        cells.push(quoted === undefined ? plain || null : quoted.replaceAll('""', '"'));
        if (end === '\n') return { done: false, value: cells };
      }
    },
  };
}

function cellValue({ name, type }: FileColumn, cell: string | null): string | number | boolean | null {
  if (cell === null || type === 'text' || type === 'jsonb') return cell;
  if (type === 'bool' && (cell === 'true' || cell === 'false')) return cell === 'true';
  const value = type === 'timestamptz' ? Date.parse(cell) : Number(cell);
  if (Number.isNaN(value)) throw new TypeError(`its column ${name} has "${cell}"`);
  return value;
}
