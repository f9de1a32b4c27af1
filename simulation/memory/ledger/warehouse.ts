import type { Page } from '../../../functions/core/ledger/coverage.ts';
import type { Retention } from '../../../functions/core/ledger/ports.ts';
import type { LedgerEntry } from '../../../functions/core/queries/ports.ts';
import { type Series, seriesLabel } from '../../../functions/core/series/series.ts';
import type { Listing } from '../../../functions/core/series/source.ts';
import type { TableSpec } from '../../../functions/core/series/table.ts';
import type { RangeSet } from '../../../functions/core/time/range.ts';
import { RowTables } from './rows.ts';

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

/** All that the database holds about one series. */
export interface Book {
  readonly series: Series;
  record: SeriesRecord | undefined;
  spans: Span[];
  readonly open: Map<string, OpenRequest>;
  /** rows were deleted behind the stores' backs and have not been counted since */
  rowsLost: boolean;
  /** by kind, object and time, which identify a finding */
  readonly findings: Map<string, KeptFinding>;
}

export interface Author {
  readonly jobId: string;
  readonly chunk: string;
  /** epoch ms */
  readonly at: number;
}

/** Rows and ledger in memory. It outlives the stores that use it, as a database outlives processes. */
export class MemoryWarehouse {
  readonly rows: RowTables;
  /** when jobs ended, by job id; epoch ms */
  readonly closedJobs = new Map<string, number>();
  /** what is not kept */
  retention: readonly Retention[] = [];
  readonly #books = new Map<string, Book>();
  #spans = 0;

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
      rowsLost: false,
      findings: new Map(),
    };
    this.#books.set(label, made);
    return made;
  }

  /** All books, sorted by source, symbol and timeframe. */
  books(): Book[] {
    return [...this.#books.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  }

  /** Deletes rows behind the stores' backs, as an operator does with a statement. */
  deleteRows(series: Series, set: RangeSet): void {
    this.rows.lose(series, set);
    this.book(series).rowsLost = true;
  }

  nextSpan(): number {
    this.#spans += 1;
    return this.#spans;
  }

  /** Records findings. A finding that is already known is not recorded again. */
  note({ series, object }: Pick<Page, 'series' | 'object'>, findings: Page['findings'], by: Author): void {
    const book = this.book(series);
    for (const { kind, time, until, detail } of findings) {
      const key = JSON.stringify([kind, object, time ?? null]);
      if (book.findings.has(key)) continue;
      book.findings.set(key, {
        kind,
        ...(time !== undefined && { time }),
        ...(until !== undefined && { until }),
        object,
        detail,
        jobId: by.jobId,
        foundAt: by.at,
      });
    }
  }
}

const keyOf = ({ series: { source, symbol, timeframe } }: Book): string =>
  JSON.stringify([source, symbol, timeframe]);
