import type { LabelRule } from '../series/labels.ts';
import type { Series } from '../series/series.ts';
import type { Listing, Source, Sources } from '../series/source.ts';
import type { Clock } from '../time/time.ts';
import type { ArchiveReader, VenueClient } from './ports.ts';

export interface VenuePorts {
  readonly venue: VenueClient;
  readonly archive: ArchiveReader;
  readonly clock: Clock;
}

/** What is fetched and by which rules. It stays as it is while the tiers are walked: what they find out is `Progress`. */
export interface FetchContext {
  readonly source: Source;
  readonly series: Series;
  /** all sources, for the rows of siblings that come along */
  readonly sources: Sources;
  readonly archives: ArchiveUse;
  /** the symbol's life, looked up when `mayLieOutsideLife` or when a hole is explained */
  listing(): Promise<Listing | undefined>;
  /** exceptions from the rule of a tier with `labels`; absent: there are none */
  labels?(dataset: string): Promise<readonly LabelRule[]>;
}

/**
 * What becomes of a fetch whose archives cannot be reached:
 *
 * - `required`: it fails with the error as it is, for nobody could call again without them;
 * - `preferred`: where another tier is left it fails with `ArchiveUnreachable`, and its caller may call again with `skipped`;
 * - `skipped`: a call before this one could not reach them. No object is requested, and what no other tier has stays missing.
 */
export type ArchiveUse = 'required' | 'preferred' | 'skipped';
