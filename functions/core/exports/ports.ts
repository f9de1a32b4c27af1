import type { RequestedSeries } from '../ledger/ports.ts';
import type { Licence } from '../licences/licence.ts';
import type { WriteFile } from '../queries/export/columnar.ts';
import type { LedgerEntry } from '../queries/ports.ts';
import type { Series } from '../series/series.ts';
import type { Sources } from '../series/source.ts';
import type { Batch } from '../series/table.ts';
import type { Range, RangeSet } from '../time/range.ts';
import type { Clock } from '../time/time.ts';
import type { Sha256 } from '../verify/ports.ts';
import type { Signer } from './signed.ts';

/** The rows of a month as the database sums them up: any row that is added, changed or removed gives another print. */
export interface MonthPrint {
  /** beginning of the month, epoch ms */
  readonly start: number;
  readonly rows: number;
  readonly print: string;
}

/** A series at one instant: what is read of it belongs together. */
export interface SeriesSnapshot {
  /** every month that has rows, in order; @param range whole months, or all */
  prints(range?: Range): Promise<readonly MonthPrint[]>;
  /** the same without their prints, which is cheaper */
  counts(): Promise<readonly Omit<MonthPrint, 'print'>[]>;
  /** days of which rows were deleted by hand and that have not been counted since: the ledger may be wrong about them */
  uncounted(): Promise<RangeSet>;
  /** spans of the ledger that touch a range, by start */
  ledger(range: Range): Promise<readonly LedgerEntry[]>;
  /** rows within a range, in the order of the primary key, in the order of `storedColumns`. A batch is good until the next one is requested */
  rows(range: Range): AsyncIterable<Batch>;
}

/** The warehouse, for reading only. Throws as the stores do. */
export interface ExportReader {
  /** whether the rows come from simulated venues */
  isSimulated(): Promise<boolean>;
  /** what was ever requested of some sources */
  series(sources: readonly string[]): Promise<readonly RequestedSeries[]>;
  snapshot<T>(series: Series, work: (at: SeriesSnapshot) => Promise<T>): Promise<T>;
}

/** A folder or a bucket of exported months. @throws GordonError `export-not-written`, `disk-full` */
export interface Tree {
  /** for people: the folder or the address */
  readonly name: string;
  /** sizes in bytes by path, the manifest's among them */
  sizes(): Promise<ReadonlyMap<string, number>>;
  /** undefined: there is no such file */
  read(path: string): Promise<string | undefined>;
  /** a whole file; undefined: there is none. @param signal ends it with its reason */
  bytes(path: string, signal: AbortSignal): Promise<Uint8Array | undefined>;
  /**
   * Puts a file at its place, whole or not at all. What was there stays until then.
   * @throws also what `pieces` throws
   */
  put(
    path: string,
    pieces: AsyncIterable<Uint8Array>,
  ): Promise<{ readonly bytes: number; readonly sha256: string }>;
  /** no error when it is not there */
  remove(path: string): Promise<void>;
}

export interface ExportPorts {
  readonly reader: ExportReader;
  readonly tree: Tree;
  readonly sources: Sources;
  /** writes files of the request's format */
  readonly writer: WriteFile;
  readonly clock: Clock;
  sha256(): Sha256;
  /** absent: the manifest is not signed */
  readonly signer?: Signer | undefined;
  /** terms of those whose data a series has */
  licences(source: string, symbol: string): readonly Licence[];
  /** the program and its version */
  readonly madeBy: string;
}
