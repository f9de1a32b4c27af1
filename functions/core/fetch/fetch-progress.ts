import type { ErrorCode } from '../errors/error-codes.ts';
import type { Evidence, Page } from '../ledger/coverage.ts';
import type { Tier } from '../series/source.ts';
import { type Range, type RangeSet, subtract, union } from '../time/range.ts';
import type { FetchContext, VenuePorts } from './fetch-context.ts';

/** What a fetch has found out so far. */
export interface Progress {
  /** the spans that no page has accounted for yet */
  readonly missing: RangeSet;
  /** every request to the venue with its result, in order */
  readonly requests: readonly Evidence[];
  /** what the archive answered for each object that was requested */
  readonly objects: readonly ObjectAnswer[];
}

export interface ObjectAnswer {
  readonly span: Range;
  /** of a closing tier: the step at which the period ends, which the next object may hold as well */
  readonly tail?: Range;
  readonly outcome: 'read' | 'missing' | 'damaged';
  readonly request: Evidence;
  /** what is wrong with a damaged one */
  readonly error?: { readonly code: ErrorCode; readonly message: string };
}

/** One thing that a tier found out. */
export type TierOutput =
  | { readonly request: Evidence }
  | { readonly object: ObjectAnswer }
  | { readonly page: Page };

/**
 * A tier at work, or a part of one. It changes nothing by itself: it yields what it finds out, and goes on when that is part of
 * the progress.
 */
export type TierRun<Result = void> = AsyncGenerator<TierOutput, Result>;

export interface TierInput<Of extends Tier> {
  readonly ports: VenuePorts;
  readonly context: FetchContext;
  readonly tier: Of;
  /** follows what the tier yields */
  readonly progress: Progress;
}

/** The state of a fetch, and all of it. `fetchMissing` alone adds to it. */
export class FetchProgress implements Progress {
  readonly #source: string;
  #missing: RangeSet;
  readonly #requests: Evidence[] = [];
  readonly #objects: ObjectAnswer[] = [];

  /** @param source the id of the source whose pages count; those of its siblings do not */
  constructor(source: string, missing: RangeSet) {
    this.#source = source;
    this.#missing = missing;
  }

  get missing(): RangeSet {
    return this.#missing;
  }

  get requests(): readonly Evidence[] {
    return this.#requests;
  }

  get objects(): readonly ObjectAnswer[] {
    return this.#objects;
  }

  add(output: TierOutput): void {
    if ('request' in output) this.#requests.push(output.request);
    else if ('object' in output) this.#objects.push(output.object);
    else if (output.page.series.source === this.#source)
      this.#missing = subtract(this.#missing, accountOf(output.page));
  }
}

/** Provisional rows are all there is for now: they stay missing in the ledger, and no other tier knows more. */
const accountOf = ({ have, provisional = [], empty }: Page): RangeSet =>
  empty.reduce((set, { span }) => union(set, [span]), union(have, provisional));

/** An object that is not there is the first sign of a time before listing or after delisting; else no request is spent on it. */
export const mayLieOutsideLife = ({ requests }: Progress): boolean =>
  requests.some(({ status }) => status === 404);

/** A chunk of many pages need not carry all of its requests. */
export const EVIDENCE_KEPT = 4;

/** The last requests are the ones about the hole. */
export const lastRequests = ({ requests }: Pick<Progress, 'requests'>): readonly Evidence[] =>
  requests.slice(-EVIDENCE_KEPT);

/** A page without rows, for what is known of spans or found in an object. */
export function emptyPage({ series }: FetchContext, object: string): Page {
  const rows = { length: 0, times: new Float64Array(), columns: [] };
  return { series, rows, have: [], empty: [], findings: [], object };
}
