import type { ColumnData } from '../../series/table.ts';
import {
  CellBytes,
  type CellWriter,
  type InstantStyle,
  instantWriter,
  numberWriter,
  textWriter,
  utf8,
} from './cell-bytes.ts';
import type { ColumnBatch, FileColumn } from './columnar.ts';
import type { TextFormat } from './formats.ts';

/** The text of rows, in UTF-8. The head comes before the rows and the foot after them, also where there are none. */
export interface TextRows {
  readonly head: Uint8Array;
  readonly foot: Uint8Array;
  /** @returns the rows in pieces */
  lines(batch: ColumnBatch): Uint8Array[];
}

/** Bytes that are written at once. */
const PIECE = 128 * 1024;

/**
 * Writes rows as lines: CSV (RFC 4180, lines end with `\n`) with the names of the columns first, NDJSON, or one array of JSON.
 * Instants are ISO 8601, and `2025-01-01 00:00:00` for spreadsheets. No row becomes an object, and hardly a number a text: that takes four times as long.
 */
export function textRows(format: TextFormat, columns: readonly FileColumn[]): TextRows {
  const pieces: Uint8Array[] = [];
  const out = new CellBytes(PIECE, (bytes) => pieces.push(bytes.slice()));
  const cells = CELLS[format];
  const { head, before, between, end, foot } = SHAPES[format](columns.map(({ name }) => name));
  let isFirst = true;
  return {
    head,
    foot,
    lines({ length, columns: data }) {
      const writers = columns.map((column, c) => writerOf(out, cells, column, data[c]!));
      for (let row = 0; row < length; row++) {
        if (!isFirst) out.add(between);
        isFirst = false;
        for (let c = 0; c < writers.length; c++) {
          out.add(before[c]!);
          writers[c]!(row);
        }
        out.add(end);
      }
      out.flush();
      return pieces.splice(0);
    },
  };
}

/** How a format writes one cell. */
interface Cells {
  /** NULL */
  readonly missing: Uint8Array;
  readonly instant: InstantStyle;
  text(text: string): string;
  infinite(value: number): string;
}

const CSV: Cells = {
  missing: utf8(''),
  instant: ['', 'T', 'Z'],
  // SQL NULL is the empty cell; the empty text is quoted.
  text: (text) => (text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text),
  infinite: String,
};

const JSON_CELLS: Cells = {
  missing: utf8('null'),
  instant: ['"', 'T', 'Z"'],
  text: (text) => JSON.stringify(text),
  infinite: () => 'null',
};

const CELLS: Readonly<Record<TextFormat, Cells>> = {
  csv: CSV,
  // Excel and LibreOffice take ISO 8601 for text.
  excel: { ...CSV, instant: ['', ' ', ''] },
  ndjson: JSON_CELLS,
  json: JSON_CELLS,
};

/** What stands around the cells. */
interface Shape {
  readonly head: Uint8Array;
  /** by column, in front of its cell */
  readonly before: readonly Uint8Array[];
  /** in front of every row but the first */
  readonly between: Uint8Array;
  /** behind every row */
  readonly end: Uint8Array;
  readonly foot: Uint8Array;
}

const shape = (
  head: string,
  before: readonly string[],
  between: string,
  end: string,
  foot: string,
): Shape => ({
  head: utf8(head),
  before: before.map(utf8),
  between: utf8(between),
  end: utf8(end),
  foot: utf8(foot),
});

const keys = (names: readonly string[]): string[] =>
  names.map((name, c) => `${c === 0 ? '{' : ','}${JSON.stringify(name)}:`);

const csv = (mark: string, names: readonly string[]): Shape =>
  shape(
    `${mark}${names.map(CSV.text).join(',')}\n`,
    names.map((_, c) => (c === 0 ? '' : ',')),
    '',
    '\n',
    '',
  );

/** Without it Excel takes UTF-8 for the system's own encoding. */
const BYTE_ORDER_MARK = '\ufeff';

const SHAPES: Readonly<Record<TextFormat, (names: readonly string[]) => Shape>> = {
  csv: (names) => csv('', names),
  excel: (names) => csv(BYTE_ORDER_MARK, names),
  ndjson: (names) => shape('', keys(names), '', '}\n', ''),
  json: (names) => shape('[', keys(names), ',\n', '}', ']\n'),
};

function writerOf(out: CellBytes, cells: Cells, { type }: FileColumn, data: ColumnData): CellWriter {
  const textOf = (text: string | null): Uint8Array => {
    if (text === null) return cells.missing;
    return utf8(
      type === 'jsonb' && cells === JSON_CELLS ? JSON.stringify(JSON.parse(text)) : cells.text(text),
    );
  };
  if ('constant' in data) {
    const cell = textOf(data.constant);
    return () => out.add(cell);
  }
  if (!(data instanceof Float64Array)) return textWriter(out, data, textOf);
  if (type === 'timestamptz') return instantWriter(out, data, cells.missing, cells.instant);
  if (type === 'bool') {
    const [no, yes] = [utf8('false'), utf8('true')];
    return (row) => out.add(Number.isNaN(data[row]) ? cells.missing : data[row] === 0 ? no : yes);
  }
  return numberWriter(out, data, cells.missing, (value) => out.add(utf8(cells.infinite(value))));
}
