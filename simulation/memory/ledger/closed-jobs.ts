/** The most jobs of the small part, which is copied for each new one. */
const RECENT = 64;

/** When jobs ended, epoch ms by job id. It is replaced and never changed, so that a backup may share it, and most of it is not copied. */
export class ClosedJobs {
  readonly #older: ReadonlyMap<string, number>;
  readonly #recent: ReadonlyMap<string, number>;

  constructor(
    older: ReadonlyMap<string, number> = new Map(),
    recent: ReadonlyMap<string, number> = new Map(),
  ) {
    this.#older = older;
    this.#recent = recent;
  }

  get(jobId: string): number | undefined {
    return this.#recent.get(jobId) ?? this.#older.get(jobId);
  }

  has(jobId: string): boolean {
    return this.get(jobId) !== undefined;
  }

  ids(): string[] {
    return [...this.#older.keys(), ...this.#recent.keys()];
  }

  /** @param since what ended before may be forgotten; epoch ms */
  with(jobId: string, at: number, since: number): ClosedJobs {
    const recent = new Map(this.#recent).set(jobId, at);
    if (recent.size <= RECENT) return new ClosedJobs(this.#older, recent);
    const older = new Map([...this.#older, ...recent].filter(([, closedAt]) => closedAt >= since));
    return new ClosedJobs(older);
  }
}
