import type { Series } from '../series/series.ts';
import type { Source } from '../series/source.ts';
import type { TableSpec } from '../series/table.ts';
import type { Range } from '../time/range.ts';
import type { Bucket } from './bucket-runs.ts';
import type { RowCounts, SeriesAccount } from './coverage-view.ts';
import type { ColumnBatch } from './export/columnar.ts';
import type { SizeSample } from './status/history.ts';

/** The most rows of a page; `format=` gives all rows of a range. */
export const MOST_ROWS = 10_000;

/** A span of the ledger with its provenance; times are epoch ms. */
export interface LedgerEntry extends Range {
  readonly state: 'have' | 'empty' | 'failed';
  readonly reason: string | null;
  readonly evidence: readonly unknown[];
  readonly rows: number;
  readonly object: string | null;
  readonly sha256: string | null;
  readonly jobId: string;
  readonly chunk: string;
  readonly fetchedAt: number;
}

export interface FindingEntry {
  readonly kind: string;
  readonly time: number | null;
  readonly until: number | null;
  readonly object: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly jobId: string;
  readonly foundAt: number;
}

/** A table or a view of the warehouse, as its comments in SQL describe it. */
export interface TableEntry {
  readonly name: string;
  readonly kind: 'table' | 'view';
  /** empty where it has no comment, as of a column */
  readonly comment: string;
  /** in their order in the table */
  readonly columns: readonly {
    readonly name: string;
    /** as PostgreSQL writes it, such as `timestamp with time zone` */
    readonly type: string;
    readonly comment: string;
  }[];
}

/** What a table or an aggregate takes on disk; bytes. */
export interface StoredTable {
  readonly name: string;
  readonly heap: number;
  readonly indexes: number;
  /** chunks that are compressed, with their indexes */
  readonly columnstore: number;
  /** rows, as the statistics of the database estimate them */
  readonly estimated: number;
}

export interface RowsRequest {
  readonly table: TableSpec;
  /** values of key columns, such as symbol and timeframe */
  readonly where: Readonly<Record<string, string>>;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** of `rows`; `batches` have all of them */
  readonly limit: number;
  /** the columns to give; all of them where it is left out */
  readonly columns?: readonly string[];
  /** of candles: ms from the opening to the close, when a candle is known */
  readonly closesAfterMs?: number;
  /** the one series whose rows these are, where the query names one of a source; it may have long candles that are kept */
  readonly series?: Series;
  /** candles of `step` ms made into candles of `every` ms */
  readonly candles?: { readonly step: number; readonly every: number };
  /** epoch ms: only what was known then, and of a revised value the one that held then */
  readonly asOf?: number;
}

/** Reads the warehouse for people; a session that may only read is enough. @throws GordonError as the stores do */
export interface CoverageQueries {
  accounts(filter: {
    readonly sources: readonly string[];
    readonly symbol?: string | undefined;
    readonly timeframe?: string | undefined;
  }): Promise<SeriesAccount[]>;
  /** rows of the sources whose tables are of events, by bucket */
  rowCounts(
    sources: readonly Pick<Source, 'id' | 'table'>[],
    request: {
      readonly bucket: Bucket;
      readonly symbol?: string | undefined;
      readonly from?: number | undefined;
      readonly to?: number | undefined;
    },
  ): Promise<RowCounts>;
  /** in order of time */
  ledger(series: Series, range: Range, limit: number): Promise<LedgerEntry[]>;
  /** in order of time; those about a whole object have none and come first */
  findings(series: Series, range: Range, limit: number): Promise<FindingEntry[]>;
  /** tables and views of `market_data` that the session may read, by name */
  tables(): Promise<TableEntry[]>;
  /** what each table and aggregate of `market_data` takes on disk */
  sizes(): Promise<StoredTable[]>;
  /** what they took before, oldest first; @param since epoch ms */
  sizeHistory(since: number): Promise<SizeSample[]>;
  /** rows in the ledger, by source */
  ledgerRows(): Promise<ReadonlyMap<string, number>>;
  /** the newest rows of the range, oldest first; instants as ISO 8601 */
  rows(request: RowsRequest): Promise<Record<string, unknown>[]>;
  /**
   * All rows of the range column by column, as `fileColumns` describes them, oldest first. Memory does not grow with the range; a batch
   * is good until the next one is requested.
   * @param signal ends the query in the database; the iteration then throws its reason
   */
  batches(request: RowsRequest, signal: AbortSignal): AsyncIterable<ColumnBatch>;
  /**
   * A word for the state of what the requests read: as long as it stays the same, the ledger has not changed within their ranges,
   * and nobody has changed a row of their table by hand.
   * @param sources that fill the table, or what it is made of
   */
  revision(requests: readonly RowsRequest[], sources: readonly string[]): Promise<string>;
}

/** How the last run of a schedule went. */
export interface ScheduleRun {
  /** epoch ms */
  readonly at: number;
  readonly seconds: number;
  readonly ok: boolean;
  readonly detail: string;
}

/** The last run of each schedule. */
export interface ScheduleRuns {
  note(schedule: string, run: ScheduleRun): Promise<void>;
  last(schedule: string): Promise<ScheduleRun | undefined>;
}
