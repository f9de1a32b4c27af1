import type { Series } from '../series/series.ts';
import type { RangeSet } from '../time/range.ts';
import type { Restatement } from './archive-watch.ts';

/** A series whose venue may restate its history, and how often it was compared so far. */
export interface WatchedHistory {
  readonly series: Series;
  readonly turn: number;
}

/** Rows that came from answers of venues, for the check whether a venue has restated them. Throws as the stores do. */
export interface HistoryWatch {
  /** series of the sources with such rows that were last compared before an instant, those first that wait for longest */
  due(sources: readonly string[], before: number, limit: number): Promise<readonly WatchedHistory[]>;
  /** spans whose rows came from no archive object */
  answered(series: Series): Promise<RangeSet>;
  /**
   * Replaces rows and keeps what they were, in one transaction. That a row was withdrawn is kept once, however often it is seen.
   * @returns changes that were not known
   */
  restate(series: Series, restatement: Restatement): Promise<number>;
  /** @param compared false when the comparison failed: its months keep their turn */
  watched(series: Series, compared: boolean): Promise<void>;
}
