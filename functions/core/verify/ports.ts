import type { Series } from '../series/series.ts';
import type { Range } from '../time/range.ts';
import type { Cell } from './canonical.ts';

/** Rows as they are stored, for comparing; a session that may only read is enough. */
export interface StoredRows {
  /**
   * All rows of a series within a range, in the order of the primary key, some thousand at a time: cells in the order of
   * the table's columns. Text is in the order of its bytes.
   * @throws GordonError as the stores do
   */
  read(series: Series, range: Range): AsyncIterable<readonly (readonly Cell[])[]>;
}

/** SHA-256, fed piece by piece. */
export interface Sha256 {
  /** @param piece text as UTF-8, or bytes, whose memory may be used again afterwards */
  add(piece: string | Uint8Array): void;
  /** the digest in lower case; nothing can be added afterwards */
  hex(): string;
}
