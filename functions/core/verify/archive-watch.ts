import type { Series } from '../series/series.ts';
import type { Batch } from '../series/table.ts';
import type { RangeSet } from '../time/range.ts';

/** An archive object that rows of a series came from, as the ledger has it. */
export interface WatchedObject {
  readonly object: string;
  readonly sha256: string;
  /** what its rows account for */
  readonly spans: RangeSet;
  /** the earliest load of it; epoch ms */
  readonly fetchedAt: number;
}

export interface RowChange {
  /** epoch ms */
  readonly time: number;
  /** by the columns' names; null: there was no such row, or there is none any more */
  readonly was: Readonly<Record<string, unknown>> | null;
  readonly became: Readonly<Record<string, unknown>> | null;
}

/** What the venue has changed since it was stored, in a republished object or in its answers. */
export interface Restatement {
  /** the object, or the request */
  readonly object: string;
  /** the hashes of an object, before and after; absent for an answer */
  readonly was?: string;
  readonly became?: string;
  readonly spans: RangeSet;
  readonly changes: readonly RowChange[];
  /** the rows that replace stored ones; a withdrawn row has none here */
  readonly rows: readonly Batch[];
}

/** The archive objects of the ledger, to check whether they were republished. Throws as the stores do. */
export interface ArchiveWatch {
  /** series with rows from archive objects, the longest unchecked first */
  due(limit: number): Promise<readonly Series[]>;
  held(series: Series): Promise<readonly WatchedObject[]>;
  /** Replaces rows, keeps their former values, and enters the new hash, in one transaction. */
  renew(series: Series, restatement: Restatement): Promise<void>;
  watched(series: Series): Promise<void>;
}
