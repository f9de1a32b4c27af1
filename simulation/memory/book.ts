import type { LedgerEntry } from '../../functions/core/queries/ports.ts';
import type { Series } from '../../functions/core/series/series.ts';
import type { Listing } from '../../functions/core/series/source.ts';
import type { RangeSet } from '../../functions/core/time/range.ts';
import type { RowChange } from '../../functions/core/verify/archive-watch.ts';

/** A span of the ledger. Ids ascend; the parts of a span that is cut get new ids. */
export interface Span extends LedgerEntry {
  readonly id: number;
}

/** What is known of a series besides its spans. Times are epoch ms. */
export interface SeriesRecord {
  readonly requested: RangeSet;
  readonly followed: boolean;
  readonly since?: number;
  readonly unfollowedAt?: number;
  readonly auditedAt?: number;
  readonly listing?: Listing;
  /** when the listing was last checked completely; absent: never */
  readonly lookedAt?: number;
  /** equal to `unfollowedAt`: it was purged and has not been ordered since */
  readonly purgedAt?: number;
  readonly archivesWatchedAt?: number;
  readonly historiesWatchedAt?: number;
  readonly historyTurns?: number;
}

/** What a job that has not ended yet requested of a series. */
export interface OpenRequest {
  readonly jobId: string;
  readonly wanted: RangeSet;
  /** the part that no one had requested before */
  readonly added: RangeSet;
  readonly follows: boolean;
  readonly beganFollowing: boolean;
  readonly requestedAt: number;
  /** what was withdrawn; absent: the job was not cancelled */
  readonly withdrawn?: RangeSet;
}

export interface KeptFinding {
  readonly kind: string;
  readonly time?: number;
  readonly until?: number;
  readonly object: string;
  readonly detail: Readonly<Record<string, string | number>>;
  readonly jobId: string;
  readonly foundAt: number;
}

/** Days of which a statement deleted rows behind the stores' backs and that have not been counted since. */
export interface Mark {
  readonly id: number;
  readonly days: RangeSet;
}

/** A row that the venue restated, as it was and as it became. */
export interface KeptChange extends RowChange {
  readonly object: string;
  readonly changedAt: number;
}

/** All that the database holds about one series. What it refers to is replaced, never changed, so a backup may share it. */
export interface Book {
  readonly series: Series;
  record: SeriesRecord | undefined;
  spans: readonly Span[];
  open: ReadonlyMap<string, OpenRequest>;
  marks: readonly Mark[];
  /** by kind, object and time, which identify a finding */
  findings: ReadonlyMap<string, KeptFinding>;
  changes: readonly KeptChange[];
}

/** What a book refers to is replaced, never changed. */
export const isAsCopied = (book: Book, copy: Book): boolean =>
  book.series === copy.series &&
  book.record === copy.record &&
  book.spans === copy.spans &&
  book.open === copy.open &&
  book.marks === copy.marks &&
  book.findings === copy.findings &&
  book.changes === copy.changes;
