import type { Page } from '../../functions/core/ledger/coverage.ts';
import type { Retention } from '../../functions/core/ledger/ports.ts';
import type { LedgerEntry } from '../../functions/core/queries/ports.ts';
import { type Series, seriesLabel } from '../../functions/core/series/series.ts';
import type { Listing } from '../../functions/core/series/source.ts';
import type { TableSpec } from '../../functions/core/series/table.ts';
import type { RangeSet } from '../../functions/core/time/range.ts';
import { RowTables } from './rows.ts';

/** A span of the ledger. Ids grow; a span that is cut becomes new ones. */
export interface Span extends LedgerEntry {
  readonly id: number;
}

/** What is known of a series beside its spans. Times are epoch ms. */
export interface SeriesRecord {
  readonly requested: RangeSet;
  readonly followed: boolean;
  readonly since?: number;
  readonly unfollowedAt?: number;
  readonly auditedAt?: number;
  readonly listing?: Listing;
  /** absent: not wholly, or never */
  readonly lookedAt?: number;
}

/** What a job that has not ended requested of a series. */
export interface OpenRequest {
  readonly jobId: string;
  readonly wanted: RangeSet;
  /** of that, what nobody had requested before */
  readonly added: RangeSet;
  readonly follows: boolean;
  readonly beganFollowing: boolean;
  readonly requestedAt: number;
  /** what was taken out again; absent: the job was not cancelled */
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

/** All that the database holds of one series. */
export interface Book {
  readonly series: Series;
  record: SeriesRecord | undefined;
  spans: Span[];
  readonly open: Map<string, OpenRequest>;
  /** rows were deleted beside the stores, and nobody has counted since */
  rowsLost: boolean;
  /** by what makes two findings the same */
  readonly findings: Map<string, KeptFinding>;
}

export interface Author {
  readonly jobId: string;
  readonly chunk: string;
  /** epoch ms */
  readonly at: number;
}

/** Rows and ledger in memory. It outlives the stores that use it, as a database outlives the processes. */
export class MemoryWarehouse {
  readonly rows: RowTables;
  /** when it was noted that a job has ended, by its id */
  readonly closedJobs = new Map<string, number>();
  /** what is not kept, by source */
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

  /** In the order of source, symbol and timeframe. */
  books(): Book[] {
    return [...this.#books.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  }

  /** As an operator deletes rows: by a statement beside the stores. */
  deleteRows(series: Series, set: RangeSet): void {
    this.rows.lose(series, set);
    this.book(series).rowsLost = true;
  }

  nextSpan(): number {
    this.#spans += 1;
    return this.#spans;
  }

  /** The same thing found again is one finding. */
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
