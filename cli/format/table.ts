import type { Paint } from '../terminal.ts';

export interface Column {
  readonly title: string;
  /** numbers stand under each other's ends */
  readonly align?: 'right';
}

/** Lines of a table: a bold head, two spaces between the columns, nothing after the last one. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  paint: Paint,
): string[] {
  const widths = columns.map(({ title }, i) =>
    rows.reduce((width, row) => Math.max(width, (row[i] ?? '').length), title.length),
  );
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ align }, i) => {
        const cell = cells[i] ?? '';
        return align === 'right' ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!);
      })
      .join('  ')
      .trimEnd();
  const head = line(columns.map(({ title }) => title));
  return [paint('bold', head), ...rows.map(line)];
}
