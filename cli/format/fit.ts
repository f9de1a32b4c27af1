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
