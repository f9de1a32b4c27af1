import type { EmptyReason } from '../series/empty-reason.ts';
import type { Series } from '../series/series.ts';
import { type Finding, type Listing, livesOf } from '../series/source.ts';
import type { Batch } from '../series/table.ts';
import { clip, intersect, type Range, type RangeSet, subtract, union } from '../time/range.ts';

/** One request and its result: the proof behind a span. */
export interface Evidence {
  readonly what: string;
  readonly status: number;
  readonly sha256?: string;
  readonly at: number;
}

export interface EmptySpan {
  readonly span: Range;
  readonly reason: EmptyReason;
  readonly evidence: readonly Evidence[];
}

/** A span about which nothing is known: it stays missing, and the report says why. */
export interface UnprovenSpan {
  readonly span: Range;
  /** the code of the error */
  readonly code: string;
  readonly message: string;
  readonly evidence: readonly Evidence[];
}

/** What one answer of the venue adds to the warehouse: rows and their account, committed together. */
export interface Page {
  readonly series: Series;
  readonly rows: Batch;
  /** what the rows account for; within what was missing */
  readonly have: RangeSet;
  /** of events: spans of provisional rows, which are stored and requested again */
  readonly provisional?: RangeSet;
  readonly empty: readonly EmptySpan[];
  readonly unproven?: readonly UnprovenSpan[];
  readonly findings: readonly Finding[];
  /** the object or request that the rows came from */
  readonly object: string;
  readonly sha256?: string;
}

/**
 * Cuts a hole that the last tier left into what came before listing, after a delisting, and what lies within a life of the
 * symbol: an outage, unless the source knows better. A silence that reaches a border which is only known by whole objects is
 * part of the time without trade.
 */
export function explainHole(
  hole: Range,
  listing: Listing | undefined,
  evidence: readonly Evidence[],
  within: EmptyReason = 'venue-outage',
): EmptySpan[] {
  if (!listing) return [{ span: hole, reason: within, evidence }];
  const lives = livesOf(listing);
  const borders = new Set(listing.byObjects ? lives.flatMap(({ start, end }) => [start, end]) : []);
  const first = lives[0]?.start ?? Number.POSITIVE_INFINITY;
  const inside = intersect([hole], lives);
  const silent = inside.filter(({ start, end }) => borders.has(start) || borders.has(end));
  const spans = (set: RangeSet, reason: EmptyReason): EmptySpan[] =>
    set.map((span) => ({ span, reason, evidence }));
  const unlisted = silent.filter(({ start, end }) => start === first && !borders.has(end));
  const before = union(clip([hole], { start: Number.NEGATIVE_INFINITY, end: first }), unlisted);
  const traded = subtract(inside, silent);
  return [
    ...spans(before, 'pre-listing'),
    ...spans(traded, within),
    ...spans(subtract([hole], union(before, traded)), 'delisted'),
  ];
}
