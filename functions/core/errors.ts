/**
 * Every failure that the program foresees. `name` is what Step Functions matches in Retry and Catch, so it is one of
 * a few and set here alone; `code` tells people and programs which failure it was.
 */
export type ErrorName =
  /** The venue or the way to it failed in a manner that may pass: ask again. */
  | 'RetryableVenueError'
  /** The way to an archive failed in a manner that may pass, and the venue's own API may have its rows: ask again, then there. */
  | 'ArchiveUnreachable'
  /** The database or the job table failed in a manner that may pass. */
  | 'RetryableStoreError'
  /** Asking again gives the same answer. */
  | 'PermanentError'
  /** The caller asked for something that cannot be. */
  | 'BadRequest';

export interface ErrorFacts {
  readonly name: ErrorName;
  /** kebab-case, stable: `region-refused`, `checksum-mismatch`, … */
  readonly code: string;
  /** what it was about: a series, a URL without its query, a job id */
  readonly subject: string;
  readonly message: string;
  /** what to do next, as a sentence */
  readonly remedy?: string;
  readonly cause?: unknown;
  /** for API answers; 500 unless told */
  readonly status?: number;
}

export class GordonError extends Error {
  readonly code: string;
  readonly subject: string;
  readonly remedy: string | undefined;
  readonly status: number;
  readonly #facts: ErrorFacts;

  constructor(facts: ErrorFacts) {
    super(`${facts.subject}: ${facts.message}${facts.remedy ? ` ${facts.remedy}` : ''}`, {
      cause: facts.cause,
    });
    this.name = facts.name;
    this.code = facts.code;
    this.subject = facts.subject;
    this.remedy = facts.remedy;
    this.status = facts.status ?? 500;
    this.#facts = facts;
  }

  /** The same failure, where it means something else to the state machine. */
  as(name: ErrorName): GordonError {
    return new GordonError({ ...this.#facts, name });
  }
}

/**
 * Not a failure: a limit family has no budget left until `until`. The fetcher turns it into a wait that the
 * state machine does, so that no billed function sleeps.
 */
export class BudgetExhausted extends Error {
  override readonly name = 'BudgetExhausted';
  /** epoch ms */
  readonly until: number;
  constructor(subject: string, until: number, why: string) {
    super(`${subject}: ${why}`);
    this.until = until;
  }
}

/** A thrown value as one line, its causes included: `fetch failed: getaddrinfo ENOTFOUND host`. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : describeError(error.cause);
  // A host with several addresses: what went wrong is said of each of them alone.
  const each = error instanceof AggregateError ? error.errors.map(describeError).join(', ') : '';
  const own = error.message || each || error.name;
  return cause && !own.includes(cause) ? `${own}: ${cause}` : own;
}

/** True for what may pass by itself: the names that the state machine retries. */
export const isRetryable = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'RetryableVenueError' || error.name === 'RetryableStoreError');
