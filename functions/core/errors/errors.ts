import { ERRORS, type ErrorCode } from './error-codes.ts';
import type { ErrorKind, ErrorName } from './error-kinds.ts';

/** The facts of an error. Those that are absent come from the table of codes. */
export interface ErrorFacts {
  /** kebab-case, stable: `region-refused`, `checksum-mismatch`, … */
  readonly code: ErrorCode;
  /** overrides the name that the table has for the state machine */
  readonly name?: ErrorName;
  /** what it was about: a series, a URL without its query, a job id */
  readonly subject: string;
  readonly message: string;
  /** what to do next, as a sentence: one that names the subject is better than the table's */
  readonly remedy?: string | undefined;
  readonly cause?: unknown;
  /** for API answers; defaults to the table's for a `BadRequest`, else to 500 */
  readonly status?: number;
}

/** Every failure that the program foresees. `code` identifies it for people and programs, `name` for the state machine. */
export class GordonError extends Error {
  readonly code: ErrorCode;
  readonly subject: string;
  /** what happened, without subject and remedy */
  readonly detail: string;
  readonly remedy: string;
  readonly status: number;
  readonly #facts: ErrorFacts;

  constructor(facts: ErrorFacts) {
    const kind: ErrorKind = ERRORS[facts.code];
    const { name = kind.name, remedy = kind.remedy } = facts;
    super(`${facts.subject}: ${facts.message} ${remedy}`, { cause: facts.cause });
    this.name = name;
    this.code = facts.code;
    this.subject = facts.subject;
    this.detail = facts.message;
    this.remedy = remedy;
    this.status = facts.status ?? (name === 'BadRequest' ? kind.status : undefined) ?? 500;
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
  /** the limit family or the venue that has no room */
  readonly scope: string;
  /** epoch ms */
  readonly until: number;
  constructor(scope: string, until: number, why: string) {
    super(`${scope}: ${why}`);
    this.scope = scope;
    this.until = until;
  }
}

/** A thrown value as one line, its causes included: `fetch failed: getaddrinfo ENOTFOUND host`. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : describeError(error.cause);
  // A host with several addresses: each of them has an error of its own.
  const each = error instanceof AggregateError ? error.errors.map(describeError).join(', ') : '';
  const own = error.message || each || error.name;
  return cause && !own.includes(cause) ? `${own}: ${cause}` : own;
}

/** Whether a retry may help: true for the names that the state machine retries. */
export const isRetryable = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'RetryableVenueError' || error.name === 'RetryableStoreError');
