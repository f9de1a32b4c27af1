import stringWidth from 'string-width';
import type { Paint } from '../terminal.ts';

export interface Column {
  readonly title: string;
  /** numbers stand under each other's ends */
  readonly align?: 'right';
  /** where the terminal is too narrow for all, columns with the highest rank go first; one without a rank stays */
  readonly rank?: number;
}

/** How a text is shown. */
export interface Look {
  readonly paint: Paint;
  /** columns of the terminal; absent: it is none, and nothing is cut */
  readonly width?: number | undefined;
}

/** A Chinese letter takes two places of a terminal. */
const room = (text: string, width: number): string => ' '.repeat(Math.max(0, width - stringWidth(text)));
export const padRight = (text: string, width: number): string => text + room(text, width);
export const padLeft = (text: string, width: number): string => room(text, width) + text;

const GAP = 2;
/** A column that is cut keeps at least this much, or what it needs. */
const LEAST = 8;

interface Laid extends Column {
  readonly index: number;
  readonly width: number;
}

/**
 * Lines of a table: a bold head, two spaces between the columns, nothing after the last one. On a terminal that is too narrow
 * columns are left out by their rank, and named below; then the widest texts are cut.
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { paint, width: room = Number.POSITIVE_INFINITY }: Look,
): string[] {
  const all = columns.map(
    (column, index): Laid => ({
      ...column,
      index,
      width: rows.reduce((most, row) => Math.max(most, stringWidth(row[index] ?? '')), column.title.length),
    }),
  );
  const kept = withoutRanked(all, room);
  const shown = cutTo(kept, room);
  const line = (cells: readonly string[]): string =>
    shown
      .map(({ index, align, width }) => {
        const cell = cut(cells[index] ?? '', width);
        return align === 'right' ? padLeft(cell, width) : padRight(cell, width);
      })
      .join(' '.repeat(GAP))
      .trimEnd();
  const hidden = all.filter(({ index }) => !kept.some((one) => one.index === index));
  const note = cut(`not shown: ${hidden.map(({ title }) => title).join(', ')} (widen, or --json)`, room);
  return [
    paint('bold', line(columns.map(({ title }) => title))),
    ...rows.map(line),
    ...(hidden.length > 0 ? [paint('dim', note)] : []),
  ];
}

const widthOf = (columns: readonly Laid[]): number =>
  columns.reduce((sum, { width }) => sum + width, 0) + GAP * (columns.length - 1);

function withoutRanked(columns: readonly Laid[], room: number): readonly Laid[] {
  if (widthOf(columns) <= room) return columns;
  const [next] = columns.filter(({ rank }) => rank !== undefined).toSorted((a, b) => b.rank! - a.rank!);
  return next
    ? withoutRanked(
        columns.filter((one) => one !== next),
        room,
      )
    : columns;
}

/** Takes from the widest column until all fit, or nothing more can be taken. */
function cutTo(columns: readonly Laid[], room: number): readonly Laid[] {
  let over = widthOf(columns) - room;
  const widths = columns.map(({ width }) => width);
  while (over > 0) {
    const widest = Math.max(...widths);
    if (widest <= LEAST) break;
    widths[widths.indexOf(widest)]! -= 1;
    over -= 1;
  }
  return columns.map((column, i) => ({ ...column, width: widths[i]! }));
}

/** A text in as many columns as there are, with `…` where it was cut. */
export function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let kept = '';
  for (const letter of text) {
    if (stringWidth(kept + letter) > width - 1) break;
    kept += letter;
  }
  return `${kept}…`;
}
