import { clip, intersect, type Range, type RangeSet, subtract } from './range.ts';
import type { Series } from './series.ts';
import { type Finding, type Listing, lifeOf } from './source.ts';
import type { Batch } from './table.ts';

/** Why a span has no rows and never will have, or not from this source. */
export type EmptyReason =
  | 'pre-listing'
  | 'delisted'
  | 'venue-outage'
  | 'zero-trade'
  /** there is no file about the time, and what the venue answers no longer reaches back to it */
  | 'source-expired'
  /** the venue's answers or its file about the time around it were read and have no value there */
  | 'not-published';

/** One thing that was asked, and what came: the proof behind a span. */
export interface Asked {
  readonly what: string;
  readonly status: number;
  readonly sha256?: string;
  readonly at: number;
}

export interface EmptySpan {
  readonly span: Range;
  readonly reason: EmptyReason;
  readonly evidence: readonly Asked[];
}

/** A span about which nothing could be learnt: it stays missing, and the report tells why. */
export interface UnprovenSpan {
  readonly span: Range;
  /** the code of the error */
  readonly code: string;
  readonly message: string;
  readonly evidence: readonly Asked[];
}

/** What one answer of the venue adds to the warehouse: rows and their account, committed together. */
export interface Page {
  readonly series: Series;
  readonly rows: Batch;
  /** what the rows account for; within what was missing */
  readonly have: RangeSet;
  /** of events: rows that may still change or get company, so they are stored and asked for again */
  readonly provisional?: RangeSet;
  readonly empty: readonly EmptySpan[];
  readonly unproven?: readonly UnprovenSpan[];
  readonly findings: readonly Finding[];
  /** the object or request that the rows came from */
  readonly object: string;
  readonly sha256?: string;
}

/**
 * Cuts a hole that the last tier left into what came before listing, after delisting, and what lies within the symbol's
 * life: an outage, unless the source knows better.
 */
export function explainHole(
  hole: Range,
  listing: Listing | undefined,
  evidence: readonly Asked[],
  within: EmptyReason = 'venue-outage',
): EmptySpan[] {
  const whole: RangeSet = [hole];
  if (!listing) return [{ span: hole, reason: within, evidence }];
  const life = lifeOf(listing);
  const outside = subtract(whole, [life]);
  const spans = (set: RangeSet, reason: EmptyReason): EmptySpan[] =>
    set.map((span) => ({ span, reason, evidence }));
  return [
    ...spans(clip(outside, { start: Number.NEGATIVE_INFINITY, end: life.start }), 'pre-listing'),
    ...spans(intersect(whole, [life]), within),
    ...spans(clip(outside, { start: life.end, end: Number.POSITIVE_INFINITY }), 'delisted'),
  ];
}
