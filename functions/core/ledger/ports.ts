import type { EmptyReason } from '../series/empty-reason.ts';
import type { Series } from '../series/series.ts';
import type { Finding, Listing } from '../series/source.ts';
import type { Range, RangeSet } from '../time/range.ts';
import type { Timeframe } from '../time/timeframe.ts';
import type { GapCause } from './cause.ts';
import type { Page } from './coverage.ts';
import type { Chunk } from './plan.ts';

/** Rows and the coverage ledger, as the fetcher uses them. */
export interface SeriesStore {
  /** requested − have − proven empty */
  missing(series: Series, requested: Range): Promise<RangeSet>;
  missingOf: MissingOf;
  /**
   * Rows, spans and findings of pages of one source. Those of one series are one transaction, and those of several may be
   * one together. Under a lock on the series what is still missing is computed again and only that is written: of two fetchers
   * that read the same span the second one writes nothing. Rows that can be released may be, once they are committed.
   * @returns rows written
   */
  commit(pages: readonly Page[], by: { readonly jobId: string; readonly chunk: string }): Promise<number>;
  /** rows that the job wrote for the chunk: absolute, so a retried chunk counts once */
  rowsBy(jobId: string, chunk: string): Promise<number>;
  /** makes sure that nothing of what was committed so far is lost in a crash. @returns rows that the job wrote */
  secure(jobId: string): Promise<number>;
  /** notes that the job has ended: its rows are no longer counted, so its spans may be joined with those of others */
  close(jobId: string): Promise<void>;
  /** the lives of a symbol, and when they were checked; `-Infinity`: incompletely, or before there were lists of them */
  listing(series: Series): Promise<(Listing & { readonly lookedAt: number }) | undefined>;
  /**
   * Stores the lives that were found. Proofs by earlier lives that these contradict are removed from the ledger, and so are outages
   * that were proven before any was known and lie in none, so that the spans are requested again.
   * @param lookedAt absent when the API or the archive could not be reached
   */
  saveListing(series: Series, listing: Listing, lookedAt?: number): Promise<void>;
  /** records that a chunk of one series failed, with the error; the record goes when the span is filled */
  markFailed(chunk: Chunk, jobId: string, error: { code: string; message: string }): Promise<void>;
}

/**
 * What `missing` answers, for several series of one source and timeframe at once.
 * @returns in the order of the series
 */
export type MissingOf = (
  series: readonly Series[],
  requested: Range,
  provenAt?: number,
) => Promise<RangeSet[]>;

/** Findings of checks that are made again and again: one goes when what it says is no longer so. */
export interface FindingBook {
  /**
   * Replaces the findings of some kinds within a range of a series. One that is made again stays as it was first found.
   * @param about the check: findings of other objects stay
   */
  settle(
    series: Series,
    about: { readonly kinds: readonly string[]; readonly range: Range },
    findings: readonly Finding[],
    by: { readonly object: string; readonly jobId: string },
  ): Promise<void>;
  /** when the findings of a check are about, the newest first; epoch ms */
  times(
    series: Series,
    about: { readonly kinds: readonly string[]; readonly object: string },
    limit: number,
  ): Promise<number[]>;
}

/** The job on whose behalf something is requested. */
export interface Requester {
  readonly jobId: string;
  /** when a person ordered the job; absent: a schedule did. Epoch ms */
  readonly orderedAt?: number;
}

/** The catalogue of series: what was ever requested, and whether it is all there. */
export interface SeriesCatalog {
  /**
   * Adds to what is requested of a series; creates the series. An unfollowed series accepts only what a person has
   * ordered since.
   * @param by the job that wants it; absent: it stays, whatever job is cancelled
   */
  request(series: Series, range: Range, by?: Requester): Promise<void>;
  /** `request` for several series of one source and timeframe at once */
  requestAll(series: readonly Series[], range: Range, by?: Requester): Promise<void>;
  /** stops following a series: what has no rows and is not proven empty is no longer requested, and no schedule orders it */
  unfollow(series: Series): Promise<void>;
  /**
   * Withdraws what only this cancelled job requested and has not fetched. Idempotent.
   */
  withdraw(jobId: string): Promise<void>;
  /** records the end of a job once nothing works for it any more: what it requested stays, or was withdrawn */
  settle(jobId: string, status: FinalStatus): Promise<void>;
  requested(series: Series): Promise<RangeSet>;
  /** @param provenAt epoch ms: a proof that held then counts, though it may have run out since; absent: now */
  missing(series: Series, requested: Range, provenAt?: number): Promise<RangeSet>;
  missingOf: MissingOf;
  /**
   * Compares the rows with the ledger and removes from the ledger what has no row any more, so that the planner sees it as
   * missing. Counts whole days first and compares step by step only those that are short.
   * @returns what was removed
   */
  reconcile(series: Series, range: Range): Promise<RangeSet>;
  /**
   * Reconciles the days whose rows were deleted directly in the database, oldest first, for at most the given time, ms.
   * A report does this first.
   */
  recount(budgetMs: number, filter?: Pick<ReportFilter, 'sources' | 'symbols'>): Promise<Recounted>;
  /** enters what has no rows and is excluded by retention as `retired`, so that every reader of the ledger sees it */
  retire(series: Series): Promise<void>;
  /** the retention of all sources */
  retention(): Promise<Retention[]>;
  /**
   * Replaces the retention of a source; `retire` each of its series afterwards. Rows are not touched.
   * @param rule absent: everything is kept, including the ranges of dropped chunks
   */
  setRetention(source: string, rule?: Pick<Retention, 'before' | 'keepMs' | 'reason'>): Promise<void>;
  /** records that all that was requested of some series has been reconciled */
  audited(series: readonly Series[]): Promise<void>;
  /** rows of a series within a range, as the table has them */
  count(series: Series, range: Range): Promise<number>;
  /** what was ever requested, without reading rows or ledger */
  series(filter: ReportFilter): Promise<RequestedSeries[]>;
  report(filter: ReportFilter): Promise<SeriesReport[]>;
  /**
   * Every series that was ever requested, as a report has it, without a count: that would read whole tables of events.
   * @param lastOf sources of events of which the last row is read; of other events it stays unknown
   */
  tails(lastOf: readonly string[]): Promise<SeriesTail[]>;
  /** by symbol: how many rows the ledger has of a source, and for how much time they account; no row is read */
  paces(source: string, timeframe: Timeframe): Promise<ReadonlyMap<string, Pace>>;
}

/** Rows and the time that they account for. */
export interface Pace {
  readonly rows: number;
  readonly ms: number;
}

/** What the catalogue answers without changing anything. */
export type CatalogReader = Pick<
  SeriesCatalog,
  'requested' | 'missing' | 'missingOf' | 'retention' | 'count' | 'series' | 'report'
>;

/** What an operator does not want to keep of a source. */
export interface Retention {
  readonly source: string;
  /** steps that begin before this instant are not kept; epoch ms */
  readonly before?: number;
  /** steps older than this are not kept; ms */
  readonly keepMs?: number;
  /** a chunk that was dropped; epoch ms */
  readonly dropped?: Range;
  readonly reason: string;
  /** epoch ms */
  readonly setAt: number;
}

export interface RequestedSeries extends Series {
  readonly requested: RangeSet;
}

export interface Recounted {
  /** steps that the ledger had and the table does not */
  readonly lost: number;
  /** series that are still to be counted */
  readonly left: number;
}

/** A catalogue whose series can be deleted. */
export interface PurgingCatalog extends SeriesCatalog {
  /**
   * Unfollows a series and deletes its rows with their spans, piece by piece; from then on nothing of it is written until
   * it is ordered again.
   * @param forMs begins no further piece after this much time
   * @returns rows that were deleted; `done`: none is left
   * @throws GordonError `series-at-work` when it was ordered meanwhile
   */
  purge(series: Series, forMs: number): Promise<{ readonly rows: number; readonly done: boolean }>;
  /** ends a purge: deletes the rest of the series' ledger, its findings and its restated rows */
  forget(series: Series): Promise<void>;
}

/** Which series a report is about. A field that is absent does not filter. */
export interface ReportFilter {
  readonly sources?: readonly string[];
  readonly symbols?: readonly string[];
  readonly timeframe?: Timeframe;
}

export interface Gap extends Range {
  /** missing rows */
  readonly steps: number;
  readonly cause: GapCause;
  /** the last error where a fetch failed, with its code and the request */
  readonly error?: string;
  readonly evidence?: readonly unknown[];
}

export interface SeriesReport extends Series {
  readonly requested: RangeSet;
  /** first and last row; absent when there is none */
  readonly earliest?: number;
  readonly latest?: number;
  readonly rows: number;
  /** when its rows were last counted against the ledger by an audit; epoch ms */
  readonly auditedAt?: number;
  /** it was requested up to the present once */
  readonly followed: boolean;
  /** when it was first requested; epoch ms */
  readonly since?: number;
  /** no schedule orders it since then; epoch ms */
  readonly unfollowedAt?: number;
  readonly gaps: readonly Gap[];
  /** spans without rows, each with its proof */
  readonly empty: readonly (Range & { readonly reason: EmptyReason })[];
  readonly findings: number;
}

/** What a schedule reads of a series each minute. */
export type SeriesTail = Omit<SeriesReport, 'earliest' | 'rows'>;

/** Series whose lives are due for a refresh. Throws as the stores do. */
export interface LivesDue {
  /**
   * The longest unchecked first: never checked completely, last checked before an instant, or before the venue's list changed.
   * @param unclear of a symbol that has no end and that no list calls trading: when the last check was before this, for its last row shows
   *   only after some days whether that was its end; epoch ms
   */
  due(before: number, most: number, unclear?: number): Promise<readonly Series[]>;
  /** Whether the lives of one series are due, as in `due`. */
  isDue(series: Series, before: number): Promise<boolean>;
}

/** A session that only reads and that was ended. */
export interface StallingReader {
  /** of the server's process */
  readonly pid: number;
  readonly login: string;
}

/** Keeps readers from holding up what writes. */
export interface ReaderWatch {
  /** ends the sessions of readers for which a session that is not a reader has waited for longer than this, ms */
  endStalling(patienceMs: number): Promise<readonly StallingReader[]>;
}

/** Keeps long candles of rows on fine grids, so that a chart of years does not read all of them. */
export interface CandleKeeper {
  /**
   * Computes the candles of days that have none yet, the newest days first.
   * @param budgetMs begins no further piece after this much time
   * @returns the number of days
   */
  keepCandles(budgetMs: number): Promise<number>;
}

/** How a job may end. */
export type FinalStatus = 'succeeded' | 'completed_with_gaps' | 'failed' | 'cancelled';
