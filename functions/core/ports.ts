import type { GapCause } from './cause.ts';
import type { EmptyReason, Page } from './coverage.ts';
import type { FinalStatus } from './job-ports.ts';
import type { Chunk } from './plan.ts';
import type { Range, RangeSet } from './range.ts';
import type { Series } from './series.ts';
import type { Listing, Source } from './source.ts';
import type { Timeframe } from './timeframe.ts';
import type { HttpAnswer, HttpRequest, LimitFamily } from './venue.ts';

/** The way to the venues. Takes budget before each request. */
export interface VenueClient {
  /**
   * @returns undefined when the venue says that the object does not exist
   * @throws BudgetExhausted when nothing may be sent now
   * @throws GordonError `RetryableVenueError` or `PermanentError`
   */
  get(request: HttpRequest): Promise<HttpAnswer | undefined>;
}

export interface ArchiveFile {
  readonly sha256: string;
  /** the unpacked file, piece by piece; a piece holds until the next one is asked for. @throws GordonError `corrupt-archive` */
  readonly content: AsyncIterable<Uint8Array>;
}

export interface ArchiveReader {
  /**
   * Loads an object and proves it against its checksum.
   * @returns undefined when the object does not exist
   * @throws GordonError `checksum-mismatch`, and what VenueClient throws
   */
  read(object: {
    readonly file: HttpRequest;
    readonly checksum: HttpRequest;
  }): Promise<ArchiveFile | undefined>;
}

/** What has been sent to the venues, counted for all workers together. */
export interface RateBudget {
  /** @throws BudgetExhausted when the window is spent, or the family or its venue is parked; `until` is our clock */
  take(venue: string, family: LimitFamily | undefined, weight: number): Promise<void>;
  /**
   * The venue's own count for the current window, from its answer header: it knows of other programs on this address.
   * `asOf` is the venue's clock, by which its windows turn.
   */
  observe(family: LimitFamily, used: number, asOf: number): Promise<void>;
  /** `scope` is a family's id or a venue's; nobody sends anything there before `until`, epoch ms of our clock */
  park(scope: string, until: number, why: string): Promise<void>;
}

/** Rows and the coverage ledger, as the fetcher uses them. */
export interface SeriesStore {
  /** requested − have − proven empty */
  missing(series: Series, requested: Range): Promise<RangeSet>;
  /**
   * Rows, spans and findings of pages in one transaction; all of them of one series. Under a lock on the series what is
   * still missing is computed anew and only that is written: of two fetchers that read the same span the second one
   * writes nothing.
   * @returns rows written
   */
  commit(pages: readonly Page[], by: { readonly jobId: string; readonly chunk: string }): Promise<number>;
  /** rows that the job wrote for the chunk: absolute, so a retried chunk counts once */
  rowsBy(jobId: string, chunk: string): Promise<number>;
  /** makes sure that nothing of what was committed so far is lost in a crash. @returns rows that the job wrote */
  secure(jobId: string): Promise<number>;
  /** notes that the job has ended: nobody asks for its rows any more, so its spans may be joined with those of others */
  close(jobId: string): Promise<void>;
  /** the lives of a symbol, and when they were looked at; `-Infinity`: not wholly, or before there were lists of them */
  listing(series: Series): Promise<(Listing & { readonly lookedAt: number }) | undefined>;
  /**
   * Keeps what a look found. What an older look proved and this one contradicts is taken out of the ledger, so that it is requested
   * again.
   * @param lookedAt absent when not everybody could be asked
   */
  saveListing(series: Series, listing: Listing, lookedAt?: number): Promise<void>;
  /** notes that a chunk was given up, with the error; the note goes when the span is filled */
  markFailed(chunk: Chunk, jobId: string, error: { code: string; message: string }): Promise<void>;
}

/** Who requests something. */
export interface Requester {
  readonly jobId: string;
  /** when somebody ordered the job; absent: a schedule did. Epoch ms */
  readonly orderedAt?: number;
}

/** The catalogue of series: what was ever asked for, and whether it is all there. */
export interface SeriesCatalog {
  /**
   * Adds to what is requested of a series; creates the series. Of one that is unfollowed nothing is requested but by what
   * somebody ordered since.
   * @param by the job that wants it; absent: it stays, whatever job is cancelled
   */
  request(series: Series, range: Range, by?: Requester): Promise<void>;
  /** what is not there and not proven empty is no longer requested, and no schedule orders it */
  unfollow(series: Series): Promise<void>;
  /**
   * Takes out of what is requested what only this job, which was cancelled, wanted and did not fetch. Doing it again
   * changes nothing.
   */
  withdraw(jobId: string): Promise<void>;
  /** notes that a job has ended, when nothing works for it any more: what it requested stays, or was withdrawn */
  settle(jobId: string, status: FinalStatus): Promise<void>;
  requested(series: Series): Promise<RangeSet>;
  missing(series: Series, requested: Range): Promise<RangeSet>;
  /**
   * Counts the rows against the ledger and takes out of the ledger what has no row any more, so that the planner sees
   * it as missing. Counts whole days first and looks inside the short ones only.
   * @returns what was taken out
   */
  reconcile(series: Series, range: Range): Promise<RangeSet>;
  /**
   * Reconciles the days of which somebody deleted rows by a statement of his own, oldest first, as far as it comes in the given
   * time, ms. Whoever reports does it first.
   */
  recount(budgetMs: number, filter?: Pick<ReportFilter, 'sources' | 'symbols'>): Promise<Recounted>;
  /** enters what has no rows and is not kept as `retired`, so that everybody who reads the ledger sees it */
  retire(series: Series): Promise<void>;
  /** what is not kept, by source */
  retention(): Promise<Retention[]>;
  /**
   * Replaces what is not kept of a source; `retire` each of its series afterwards. Rows are not touched.
   * @param rule absent: everything is kept, also what was dropped as a chunk
   */
  setRetention(source: string, rule?: Pick<Retention, 'before' | 'keepMs' | 'reason'>): Promise<void>;
  /** notes that all that was requested of a series has been reconciled */
  audited(series: Series): Promise<void>;
  /** rows of a series within a range, as the table has them */
  count(series: Series, range: Range): Promise<number>;
  /** what was ever requested, without a look at rows or ledger */
  series(filter: ReportFilter): Promise<RequestedSeries[]>;
  report(filter: ReportFilter): Promise<SeriesReport[]>;
}

/** What an operator does not keep of a source. */
export interface Retention {
  readonly source: string;
  /** what began before is not kept; epoch ms */
  readonly before?: number;
  /** what is older is not kept; ms */
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

/** A catalogue of which series can be deleted. */
export interface PurgingCatalog extends SeriesCatalog {
  /**
   * Unfollows a series and deletes its rows with their spans, piece by piece; from then on nothing of it is written until
   * somebody orders it again.
   * @param forMs begins no further piece when so much time has passed
   * @returns rows that were deleted; `done`: none is left
   * @throws GordonError `series-at-work` when somebody ordered it meanwhile
   */
  purge(series: Series, forMs: number): Promise<{ readonly rows: number; readonly done: boolean }>;
  /** the end of a purge: deletes what the ledger still says of the series, its findings and its restated rows */
  forget(series: Series): Promise<void>;
}

/** Which series a report is about: of each that is told one of them, else all. */
export interface ReportFilter {
  readonly sources?: readonly string[];
  readonly symbols?: readonly string[];
  readonly timeframe?: Timeframe;
}

export interface Gap extends Range {
  /** rows that lack */
  readonly steps: number;
  readonly cause: GapCause;
  /** the last error where a fetch failed, with its code and what was asked */
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

/** The registered sources by id. */
export type Sources = Readonly<Record<string, Source>>;

/** Whose lives are to be looked at again. Throws as the stores do. */
export interface LivesDue {
  /**
   * Oldest look first: never wholly looked at, before an instant, or before the venue's list had another state of the symbol.
   * @param unclear of a symbol that has no end and that no list calls trading: when the look was before this, for its last row says
   *   only after some days whether that was its end; epoch ms
   */
  due(before: number, most: number, unclear?: number): Promise<readonly Series[]>;
  /** Whether the lives of one series are due, as in `due`. */
  isDue(series: Series, before: number): Promise<boolean>;
}
