import type { Page } from '../../../functions/core/ledger/coverage.ts';
import type { Retention } from '../../../functions/core/ledger/ports.ts';
import type { LabelCheck, LabelRule } from '../../../functions/core/series/labels.ts';
import { type Series, seriesLabel } from '../../../functions/core/series/series.ts';
import type { TableSpec } from '../../../functions/core/series/table.ts';
import { normalize, type RangeSet } from '../../../functions/core/time/range.ts';
import { DAY, floorTo } from '../../../functions/core/time/time.ts';
import { type Book, isAsCopied } from '../book.ts';
import { type Row, RowTables } from './rows.ts';

export type { Book, KeptChange, KeptFinding, OpenRequest, SeriesRecord, Span } from '../book.ts';

/** What a venue's market listed, with the time in which it was so. Times are epoch ms. */
export interface ListedInstrument {
  readonly venue: string;
  readonly market: string;
  readonly symbol: string;
  readonly quote: string;
  readonly status: string;
  readonly listedAt?: number | undefined;
  readonly delistedAt?: number | undefined;
  readonly since: number;
  readonly until?: number;
}

/** The tables that are not about one series. */
export interface SharedTables {
  /** when jobs ended, by job id; epoch ms */
  readonly closedJobs: ReadonlyMap<string, number>;
  /** what is not kept */
  readonly retention: readonly Retention[];
  readonly instruments: readonly ListedInstrument[];
  /** by data set and symbol; the oldest decision first */
  readonly labelRules: ReadonlyMap<string, readonly LabelRule[]>;
  readonly labelChecks: ReadonlyMap<string, LabelCheck>;
  /** jobs whose rows the aggregates have, and since when */
  readonly refreshedJobs: ReadonlyMap<string, number>;
}

/** A copy of the whole database. */
export interface Backup extends SharedTables {
  readonly books: readonly Book[];
  readonly rows: ReadonlyMap<string, readonly Row[]>;
}

export interface Author {
  readonly jobId: string;
  readonly chunk: string;
  /** epoch ms */
  readonly at: number;
}

/** What a transaction found that has not reached the disk. */
interface Unflushed {
  readonly at: number;
  readonly before: Omit<Backup, 'rows' | 'closedJobs'>;
  readonly undoRows: number;
}

/**
 * Rows and ledger in memory. It outlives the stores that use it, as a database outlives processes. Ids ascend even after a restore,
 * which no reader can notice.
 */
export class MemoryWarehouse implements SharedTables {
  readonly rows: RowTables;
  readonly #closed = new Map<string, number>();
  retention: SharedTables['retention'] = [];
  instruments: SharedTables['instruments'] = [];
  labelRules: SharedTables['labelRules'] = new Map();
  labelChecks: SharedTables['labelChecks'] = new Map();
  refreshedJobs: SharedTables['refreshedJobs'] = new Map();
  #books = new Map<string, Book>();
  #sorted: readonly Book[] | undefined;
  #ids = 0;
  #unflushed: Unflushed[] = [];
  /** copies of the books as the last transaction found them */
  #snapshot: readonly Book[] = [];
  /** in which series a job has ever entered spans: what is gone by a restore or a crash stays listed */
  readonly #writtenIn = new Map<string, Set<Series>>();

  /** @param tables the table of a source's rows */
  constructor(tables: (source: string) => TableSpec) {
    this.rows = new RowTables(tables);
  }

  book({ source, symbol, timeframe }: Series): Book {
    const series: Series = { source, symbol, timeframe };
    const label = seriesLabel(series);
    const known = this.#books.get(label);
    if (known) return known;
    const made: Book = {
      series,
      record: undefined,
      spans: [],
      open: new Map(),
      marks: [],
      findings: new Map(),
      changes: [],
    };
    this.#books.set(label, made);
    this.#sorted = undefined;
    return made;
  }

  /** All books, sorted by source, symbol and timeframe. */
  books(): readonly Book[] {
    this.#sorted ??= [...this.#books.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    return this.#sorted;
  }

  /** Deletes rows behind the stores' backs, as an operator does with a statement, which leaves a mark. */
  deleteRows(series: Series, set: RangeSet): void {
    const times = this.rows.lose(series, set);
    const { name } = this.rows.table(series);
    const days = normalize(
      times.map((time) => ({ start: floorTo(time, DAY), end: floorTo(time, DAY) + DAY })),
    );
    if (days.length === 0) return;
    // Series that differ in no column of the key have the same rows.
    for (const book of this.books()) {
      const shared = this.rows.table(book.series).name === name && this.rows.share(series, book.series);
      if (book.record && shared) book.marks = [...book.marks, { id: this.nextId(), days }];
    }
  }

  /** Notes that a job enters spans of a series. */
  enters(jobId: string, { series }: Book): void {
    const known = this.#writtenIn.get(jobId);
    if (known) known.add(series);
    else this.#writtenIn.set(jobId, new Set([series]));
  }

  /** Rows that the ledger has of a job, or of one of its chunks. */
  rowsBy(jobId: string, chunk?: string): number {
    let rows = 0;
    for (const series of this.#writtenIn.get(jobId) ?? [])
      for (const span of this.book(series).spans)
        if (span.jobId === jobId && span.state === 'have' && (chunk === undefined || span.chunk === chunk))
          rows += span.rows;
    return rows;
  }

  get closedJobs(): SharedTables['closedJobs'] {
    return this.#closed;
  }

  /** Notes the end of a job and forgets the ends before an instant. A table that grows by a job each minute is not copied. */
  closeJob(id: string, now: number, before: number): void {
    const known = this.#closed.get(id);
    this.#closed.delete(id);
    this.#closed.set(id, now);
    this.rows.undoable(() => (known === undefined ? this.#closed.delete(id) : this.#closed.set(id, known)));
    for (const [old, at] of this.#closed) {
      if (at >= before) break;
      this.#closed.delete(old);
    }
  }

  nextId(): number {
    this.#ids += 1;
    return this.#ids;
  }

  /** Records findings. A finding that is already known is not recorded again. */
  note({ series, object }: Pick<Page, 'series' | 'object'>, found: Page['findings'], by: Author): void {
    if (found.length === 0) return;
    const book = this.book(series);
    const findings = new Map(book.findings);
    for (const { kind, time, until, detail } of found) {
      const key = JSON.stringify([kind, object, time ?? null]);
      if (findings.has(key)) continue;
      findings.set(key, {
        kind,
        ...(time !== undefined && { time }),
        ...(until !== undefined && { until }),
        object,
        detail,
        jobId: by.jobId,
        foundAt: by.at,
      });
    }
    book.findings = findings;
  }

  /**
   * A transaction whose commit does not wait for the disk. It is lost in a crash of the database unless one that waits, or the time,
   * made it durable.
   */
  withoutWaiting<T>(now: number, work: () => T): T {
    const before = { ...this.#shared(), books: this.#asTheyAre() };
    const undoRows = this.rows.record();
    try {
      return work();
    } finally {
      this.#unflushed.push({ at: now, before, undoRows });
    }
  }

  /** A commit that waits for the disk makes all earlier ones durable. */
  flush(): void {
    if (this.#unflushed.length === 0) return;
    this.#unflushed = [];
    this.rows.forget();
  }

  /**
   * The server dies and comes back.
   * @param since what was committed without waiting from then on, and not flushed since, is lost; epoch ms. The log is written
   *   within 600 ms
   * @returns how many transactions were lost
   */
  crash(since: number): number {
    const first = this.#unflushed.findIndex(({ at }) => at >= since);
    const lost = first < 0 ? [] : this.#unflushed.slice(first);
    for (const { before, undoRows } of lost.toReversed()) {
      this.rows.undo(undoRows);
      const { books, ...shared } = before;
      this.#books = new Map(books.map((book) => [seriesLabel(book.series), { ...book }]));
      Object.assign(this, shared);
    }
    this.#sorted = undefined;
    this.flush();
    return lost.length;
  }

  /** Copies of the books. Most are as the transaction before found them, and share its copies, which nobody changes. */
  #asTheyAre(): readonly Book[] {
    const last = this.#snapshot;
    const books = this.books();
    let same = last.length === books.length;
    const copies = books.map((book, i) => {
      const copy = last[i];
      if (copy && isAsCopied(book, copy)) return copy;
      same = false;
      return { ...book };
    });
    if (!same) this.#snapshot = copies;
    return this.#snapshot;
  }

  #shared(): Omit<SharedTables, 'closedJobs'> {
    const { retention, instruments, labelRules, labelChecks, refreshedJobs } = this;
    return { retention, instruments, labelRules, labelChecks, refreshedJobs };
  }

  backup(): Backup {
    const books = this.books().map((book) => ({ ...book }));
    return { ...this.#shared(), books, closedJobs: new Map(this.#closed), rows: this.rows.copy() };
  }

  /** Everything is as it was, as after a restore of an older backup. */
  restore({ books, closedJobs, rows, ...shared }: Backup): void {
    this.#books = new Map(books.map((book) => [seriesLabel(book.series), { ...book }]));
    this.#sorted = undefined;
    this.rows.restore(rows);
    this.#closed.clear();
    for (const [id, at] of closedJobs) this.#closed.set(id, at);
    Object.assign(this, shared);
    this.flush();
  }
}

const keyOf = ({ series: { source, symbol, timeframe } }: Book): string =>
  JSON.stringify([source, symbol, timeframe]);
