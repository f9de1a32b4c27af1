export interface LoggedRequest {
  readonly at: number;
  readonly venue: string;
  /** `METHOD /prefix/path` or the module's label for it */
  readonly route: string;
  /** `METHOD /prefix/path?query` as it was sent */
  readonly line: string;
  readonly ip: string;
  readonly status: number;
  readonly weight: number | undefined;
  /** kinds of the faults that struck it */
  readonly faults: readonly string[];
}

const KEPT = 20_000;

/** The requests, in order. The oldest are dropped; the counts keep them. */
export class Requests {
  #log: LoggedRequest[] = [];
  #counts = new Map<string, number>();

  add(entry: LoggedRequest): void {
    this.#log.push(entry);
    if (this.#log.length > KEPT * 1.5) this.#log = this.#log.slice(-KEPT);
    this.#counts.set(entry.route, (this.#counts.get(entry.route) ?? 0) + 1);
  }

  clear(): void {
    this.#log = [];
    this.#counts.clear();
  }

  all(): readonly LoggedRequest[] {
    return this.#log;
  }

  last(n: number): readonly LoggedRequest[] {
    return n > 0 ? this.#log.slice(-n) : [];
  }

  /** How many kept requests contain the text in, or match the expression by, their line. */
  count(match: string | RegExp): number {
    return this.matching(match).length;
  }

  matching(match: string | RegExp): LoggedRequest[] {
    return this.#log.filter((r) =>
      typeof match === 'string' ? r.line.includes(match) : r.line.search(match) >= 0,
    );
  }

  counts(): Record<string, number> {
    return Object.fromEntries([...this.#counts].sort());
  }
}
