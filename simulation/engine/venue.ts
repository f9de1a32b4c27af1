import type { ArchiveReader, RateBudget, VenueClient } from '../../functions/core/fetch/ports.ts';
import type { Series } from '../../functions/core/series/series.ts';
import type { Sources } from '../../functions/core/series/source.ts';
import type { Roster, Universe } from '../../functions/core/series/universe.ts';
import type { Range } from '../../functions/core/time/range.ts';
import type { Clock } from '../../functions/core/time/time.ts';
import type { Step } from '../memory/step.ts';

/** What one process reaches the venue with. */
export interface Visitor {
  readonly step: Step;
  /** our clock, which may be wrong */
  readonly clock: Clock;
  readonly budget: RateBudget;
  /** lets virtual time go by in this process */
  readonly sleep: (ms: number) => Promise<void>;
}

/** A venue whose time is the scheduler's. It outlives the processes that request something of it. */
export interface SimulatedVenue {
  readonly sources: Sources;
  readonly universes?: readonly Universe[];
  readonly rosters?: readonly Roster[];
  /** series that a run orders: at least four */
  readonly series: readonly Series[];
  clientOf(visitor: Visitor): VenueClient & ArchiveReader;
  readonly truth: Truth;
  /** requests so far, as the venue counts them */
  readonly requests: number;
  /** limits that were exceeded by its own count, in words; empty when all is well */
  readonly breaches: readonly string[];
}

/** One row of the venue. */
export interface TrueRow {
  /** epoch ms, as the row's own time column */
  readonly time: number;
  /** the row as `lineOf` writes it, in each edition that the venue ever gave out; the last one is its present one */
  readonly lines: readonly string[];
  /** from when on to when it could be requested of the venue; epoch ms; `until` is `Infinity` while it still can */
  readonly from: number;
  readonly until: number;
}

/** What there is to know at the venue, for the properties. Nothing of it passes through the code under test. */
export interface Truth {
  /** rows of a series whose time lies in the range, in order */
  rows(series: Series, range: Range): readonly TrueRow[];
  /** whether the symbol was traded then; what lies outside needs no row */
  traded(series: Series): readonly Range[];
}
