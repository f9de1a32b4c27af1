/** A file to serve as it is, zipped, with its CHECKSUM. */
export interface ArchiveOverride {
  /** such as `spot`, `um` or `um-mark` */
  readonly market: string;
  readonly symbol: string;
  /** as in the path: `1h`, `1mo`, … */
  readonly interval: string;
  /** `2025-01` or `2025-01-31` */
  readonly period: string;
  readonly csv: string | Uint8Array;
}

/** Rows to serve as they are; bounds and limit are applied to their first field. `interval` may be `fundingRate`. */
export interface RowsOverride {
  readonly market: string;
  readonly symbol: string;
  readonly interval: string;
  readonly rows: readonly (readonly unknown[])[];
}

/** Recorded files and answers that replace the generated market. */
export class Overrides {
  readonly #archives = new Map<string, ArchiveOverride>();
  readonly #rows = new Map<string, RowsOverride>();
  /** grows with each change: part of the key of whatever is cached */
  version = 0;

  readonly #replacedAt = new Map<string, number>();
  readonly #now: () => number;

  constructor(
    given: { archives?: readonly ArchiveOverride[]; rows?: readonly RowsOverride[] } = {},
    now: () => number = () => 0,
  ) {
    this.#now = now;
    for (const archive of given.archives ?? []) this.addArchive(archive);
    for (const rows of given.rows ?? []) this.addRows(rows);
    // What was there from the beginning was never anything else.
    this.#replacedAt.clear();
  }

  addArchive(archive: ArchiveOverride): void {
    const key = `${archive.market}/${archive.symbol}/${archive.interval}/${archive.period}`;
    this.#archives.set(key, archive);
    this.#replacedAt.set(key, this.#now());
    this.version += 1;
  }

  addRows(rows: RowsOverride): void {
    this.#rows.set(`${rows.market}/${rows.symbol}/${rows.interval}`, rows);
    this.version += 1;
  }

  archive(market: string, symbol: string, interval: string, period: string): ArchiveOverride | undefined {
    return this.#archives.get(`${market}/${symbol}/${interval}/${period}`);
  }

  /** When the file replaced another one; undefined when it always was there. */
  replacedAt(market: string, symbol: string, interval: string, period: string): number | undefined {
    return this.#replacedAt.get(`${market}/${symbol}/${interval}/${period}`);
  }

  rows(market: string, symbol: string, interval: string): RowsOverride | undefined {
    return this.#rows.get(`${market}/${symbol}/${interval}`);
  }
}
