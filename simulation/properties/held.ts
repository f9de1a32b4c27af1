import type { Series } from '../../functions/core/series/series.ts';
import type { Source } from '../../functions/core/series/source.ts';
import type { Range, RangeSet } from '../../functions/core/time/range.ts';
import type { Stored } from '../venue/record/true-lines.ts';

/** A stored row: its cells in the order of the table's columns, or its canonical line. */
export type StoredRow = Stored & { readonly time: number };

/** A span of the ledger. */
export interface JudgedSpan extends Range {
  readonly state: string;
  readonly reason: string | null;
  readonly object: string | null;
  readonly sha256: string | null;
  /** epoch ms */
  readonly fetchedAt: number;
}

export interface JudgedFinding {
  readonly kind: string;
  readonly time?: number;
  readonly until?: number;
}

/** What the warehouse has of a series. */
export interface Held {
  readonly series: Series;
  readonly source: Source;
  readonly requested: RangeSet;
  /** when it was first requested; epoch ms */
  readonly since: number;
  readonly rows: readonly StoredRow[];
  readonly spans: readonly JudgedSpan[];
  readonly findings: readonly JudgedFinding[];
}

export interface Moment {
  /** virtual time; epoch ms */
  readonly now: number;
  /** when nothing went wrong, neither here nor at the venue */
  readonly calm: RangeSet;
  /** stretches in which answers could say that there is nothing although there is; what was proven then is renewed later */
  readonly misled?: RangeSet;
  /** when our clock or the venue's was wrong */
  readonly skewed?: RangeSet;
  /** labels of files mean something else than the rule has it, so nothing can be said of their rows */
  readonly relabelled?: RangeSet;
  /** how far the venue's clock was ahead at most: it publishes that much early; ms */
  readonly aheadMs?: number;
  /** how long all may take that a schedule does in its turn; ms */
  readonly patienceMs?: number;
}
