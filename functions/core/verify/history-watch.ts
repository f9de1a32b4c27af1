import type { Series } from '../series/series.ts';
import type { RangeSet } from '../time/range.ts';
import type { Restatement } from './archive-watch.ts';

/** A series whose venue may restate its history, and how often it was compared so far. */
export interface WatchedHistory {
  readonly series: Series;
  readonly turn: number;
}

/** Rows that came from answers of venues, to check whether they were restated. Throws as the stores do. */
export interface HistoryWatch {
  /** series of the sources with such rows that were last compared before an instant, the longest unchecked first */
  due(sources: readonly string[], before: number, limit: number): Promise<readonly WatchedHistory[]>;
  /** spans whose rows came from no archive object */
  answered(series: Series): Promise<RangeSet>;
  /**
   * Replaces rows and keeps their former values, in one transaction. A withdrawn row is recorded once, however often it is seen.
   * @returns the number of changes that were not known
   */
  restate(series: Series, restatement: Restatement): Promise<number>;
  /** @param compared false when the comparison failed: its months keep their turn */
  watched(series: Series, compared: boolean): Promise<void>;
}
