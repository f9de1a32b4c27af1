import type { ErrorCode } from '../errors/error-codes.ts';
import type { Evidence } from '../ledger/coverage.ts';
import type { LabelRule } from '../series/labels.ts';
import type { Series } from '../series/series.ts';
import type { Listing, Source, Sources } from '../series/source.ts';
import type { Range, RangeSet } from '../time/range.ts';
import type { Clock } from '../time/time.ts';
import type { ArchiveReader, VenueClient } from './ports.ts';

export interface VenuePorts {
  readonly venue: VenueClient;
  readonly archive: ArchiveReader;
  readonly clock: Clock;
}

/** The work in hand: what is still missing, and what has been asked about it so far. */
export interface FetchContext {
  readonly source: Source;
  readonly series: Series;
  missing: RangeSet;
  readonly asked: Evidence[];
  /** what the archive answered for each object that was asked for */
  readonly objects: ObjectAnswer[];
  /** all sources, for the rows of siblings that come along */
  readonly sources: Sources;
  /**
   * whether the archives are left out, because a call before this one could not reach them; undefined where nobody could be
   * told to call again without them
   */
  readonly withoutArchive?: boolean;
  /** the symbol's life, looked up when `mayLieOutsideLife` or when a hole is explained */
  listing(): Promise<Listing | undefined>;
  /** exceptions from the rule of a tier with `labels`; absent: there are none */
  labels?(dataset: string): Promise<readonly LabelRule[]>;
}

export interface ObjectAnswer {
  readonly span: Range;
  /** of a closing tier: the step at which the period ends, which the next object may hold as well */
  readonly tail?: Range;
  readonly outcome: 'read' | 'missing' | 'damaged';
  readonly asked: Evidence;
  /** what is wrong with a damaged one */
  readonly error?: { readonly code: ErrorCode; readonly message: string };
}

/** An object that is not there is the first sign of a time before listing or after delisting; else nobody asks for it. */
export const mayLieOutsideLife = ({ asked }: FetchContext): boolean =>
  asked.some(({ status }) => status === 404);

/** The last answers are the ones about the hole; a chunk of many pages need not carry them all. */
export const EVIDENCE_KEPT = 4;
