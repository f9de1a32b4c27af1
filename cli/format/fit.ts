import stringWidth from 'string-width';
import { cut } from './table.ts';

/** A piece of a line. */
export interface Piece {
  /** empty: it is left out */
  readonly text: string;
  /** where there is no room for all, pieces with the highest rank go first; one without a rank stays */
  readonly rank?: number;
}

const GAP = '  ';

/** A line of pieces that is at most `width` columns wide. */
export function fitLine(pieces: readonly Piece[], width: number): string {
  const kept = pieces.filter(({ text }) => text !== '');
  const line = kept.map(({ text }) => text).join(GAP);
  if (stringWidth(line) <= width) return line;
  const [next] = kept.filter(({ rank }) => rank !== undefined).toSorted((a, b) => b.rank! - a.rank!);
  return next
    ? fitLine(
        kept.filter((one) => one !== next),
        width,
      )
    : cut(line, width);
}

/** Words of a text; a command between backticks is one of them, so that it can be copied. */
const WORD = /(\s*)(`[^`]*`\S*|\S+)/g;

/**
 * A text as lines that are at most `width` columns wide, broken between words. What is longer than a line by itself stays whole.
 * @param width undefined: no terminal, so one line
 * @param indent columns before each line but the first, which begins as the text does
 */
export function wrapText(text: string, width: number | undefined, indent: number): string[] {
  if (width === undefined || stringWidth(text) <= width) return [text];
  const lines: string[] = [];
  let line = '';
  for (const [piece, , word] of text.matchAll(WORD)) {
    if (line === '' || stringWidth(line + piece) <= width) line += piece;
    else {
      lines.push(line);
      line = ' '.repeat(indent) + word;
    }
  }
  return [...lines, line];
}
