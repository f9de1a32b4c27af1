import { once } from 'node:events';
import stringWidth from 'string-width';
import { padLeft, padRight } from '../format/table.ts';
import { plural } from '../format/values.ts';
import type { Screen } from '../terminal.ts';
import type { ResultColumn, ResultRow, Sink } from './session.ts';
import { csvLine, isNumber, jsonOf, textsOf } from './values.ts';

/** Where the rows of a query go. `end` is called once all of them came. */
export interface Output {
  readonly sink: Sink;
  end(): Promise<void>;
}

/** Rows of a table on the screen: its widths need all of them in memory. */
const MOST_TABLE_ROWS = 10_000;

export function tableOutput(screen: Screen): Output {
  let columns: readonly ResultColumn[] = [];
  const rows: ResultRow[] = [];
  return {
    async sink(names, batch) {
      columns = names;
      rows.push(...batch);
      return rows.length <= MOST_TABLE_ROWS;
    },
    end() {
      const lines = tableLines(columns, rows, MOST_TABLE_ROWS);
      const isTooWide =
        screen.isTTY && stringWidth(lines[1] ?? '') > (screen.columns ?? Number.POSITIVE_INFINITY);
      const shown = isTooWide ? recordLines(columns, rows, MOST_TABLE_ROWS) : lines;
      return send(screen, `${shown.join('\n')}\n`);
    },
  };
}

export function csvOutput(screen: Screen): Output {
  let begun = false;
  return {
    async sink(columns, batch) {
      const head = begun ? [] : [columns.map(({ name }) => name)];
      begun = true;
      const lines = [...head, ...batch.map((row) => textsOf(row, columns))].map(csvLine);
      await send(screen, lines.map((line) => `${line}\n`).join(''));
      return true;
    },
    end: async () => {},
  };
}

/** One JSON array, a row on each line. */
export function jsonOutput(screen: Screen): Output {
  let glue = '[\n';
  return {
    async sink(columns, batch) {
      if (batch.length === 0) return true;
      const text = glue + batch.map((row) => jsonOf(row, columns)).join(',\n');
      glue = ',\n';
      await send(screen, text);
      return true;
    },
    end: () => send(screen, glue === '[\n' ? '[]\n' : '\n]\n'),
  };
}

/** Waits while the reader is slower than the database. */
async function send(screen: Screen, text: string): Promise<void> {
  if (!screen.write(text)) await once(screen, 'drain');
}

/** As psql does it: centred heads, numbers to the right, the number of rows below. */
export function tableLines(
  columns: readonly ResultColumn[],
  rows: readonly ResultRow[],
  most: number,
): string[] {
  const cells = rows.slice(0, most).map((row) => textsOf(row, columns).map((v) => visible(v ?? '')));
  const widths = columns.map(({ name }, i) =>
    cells.reduce((w, row) => Math.max(w, stringWidth(row[i]!)), name.length),
  );
  const line = (parts: readonly string[]): string => ` ${parts.join(' | ')}`.trimEnd();
  return [
    line(columns.map(({ name }, i) => centred(name, widths[i]!))),
    widths.map((width) => '-'.repeat(width + 2)).join('+'),
    ...cells.map((row) =>
      line(
        row.map((cell, i) =>
          isNumber(columns[i]!) ? padLeft(cell, widths[i]!) : padRight(cell, widths[i]!),
        ),
      ),
    ),
    tally(rows.length, most),
  ];
}

/** As psql does it in its expanded mode: a row is a block with a line for each column. For terminals too narrow for the table. */
export function recordLines(
  columns: readonly ResultColumn[],
  rows: readonly ResultRow[],
  most: number,
): string[] {
  const width = columns.reduce((w, { name }) => Math.max(w, stringWidth(name)), 0);
  const blocks = rows
    .slice(0, most)
    .flatMap((row, i) => [
      `-[ ${i + 1} ]-`.padEnd(width + 3, '-'),
      ...textsOf(row, columns).map((value, j) =>
        `${padRight(columns[j]!.name, width)} | ${visible(value ?? '')}`.trimEnd(),
      ),
    ]);
  return [...blocks, tally(rows.length, most)];
}

const tally = (rows: number, most: number): string =>
  rows > most ? `(the first ${plural(most, 'row')}; --csv and --json give all)` : `(${plural(rows, 'row')})`;

const centred = (text: string, width: number): string =>
  text.padStart(text.length + Math.floor((width - text.length) / 2)).padEnd(width);

/** A line break or an escape sequence within a value would break the table, or the terminal. */
const visible = (text: string): string => text.replaceAll('\n', '↵').replace(/\p{Cc}/gu, '·');
