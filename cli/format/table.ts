import stringWidth from 'string-width';
import type { Paint } from '../terminal.ts';

export interface Column {
  readonly title: string;
  /** numbers stand under each other's ends */
  readonly align?: 'right';
}

/** A Chinese letter takes two places of a terminal. */
const room = (text: string, width: number): string => ' '.repeat(Math.max(0, width - stringWidth(text)));
export const padRight = (text: string, width: number): string => text + room(text, width);
export const padLeft = (text: string, width: number): string => room(text, width) + text;

/** Lines of a table: a bold head, two spaces between the columns, nothing after the last one. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  paint: Paint,
): string[] {
  const widths = columns.map(({ title }, i) =>
    rows.reduce((width, row) => Math.max(width, stringWidth(row[i] ?? '')), title.length),
  );
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ align }, i) => {
        const cell = cells[i] ?? '';
        return align === 'right' ? padLeft(cell, widths[i]!) : padRight(cell, widths[i]!);
      })
      .join('  ')
      .trimEnd();
  const head = line(columns.map(({ title }) => title));
  return [paint('bold', head), ...rows.map(line)];
}
