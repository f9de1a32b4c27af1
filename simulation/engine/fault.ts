import type { Series } from '../../functions/core/series/series.ts';
import type { Range } from '../../functions/core/time/range.ts';
import type { JobTables } from '../memory/jobs/job-tables.ts';
import type { MemoryWarehouse } from '../memory/ledger/warehouse.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import type { SimulatedVenue } from './venue.ts';

/**
 * One fault of a run, as plain data: what a regression keeps in one line, and what the shrinker leaves out one by one.
 * Further fields belong to the kind.
 */
export interface Fault {
  readonly kind: string;
  /** when it begins; epoch ms of virtual time */
  readonly at: number;
  readonly [detail: string]: unknown;
}

/** All faults of a run, in the order of time. */
export type FaultPlan = readonly Fault[];

/** What faults reach. */
export interface Hands<Venue extends SimulatedVenue = SimulatedVenue> {
  readonly scheduler: Scheduler;
  readonly warehouse: MemoryWarehouse;
  readonly tables: JobTables;
  readonly venue: Venue;
  /** how far the clock of our machines is ahead of the venue's; ms */
  readonly clock: { skew: number };
  /** series that the run is about */
  readonly series: readonly Series[];
  /** counts that a fault has struck: it is entered when it takes effect, not when it is armed */
  struck(kind: string): void;
}

export interface FaultKind<Venue extends SimulatedVenue = SimulatedVenue> {
  readonly kind: string;
  /** mean number per warehouse-day, before the seed scales all kinds so that three in all are the mean */
  readonly perDay: number;
  /** What is particular about one. It draws from its own stream. @param within the run's own time */
  draw(random: Random, about: DrawnAbout): Readonly<Record<string, unknown>>;
  /** Lets it begin; called at `fault.at`. What must end later, ends by `scheduler.at`. */
  strike(hands: Hands<Venue>, fault: Fault): void;
}

export interface DrawnAbout {
  /** when it will begin */
  readonly at: number;
  /** from the first day of the run to the beginning of the quiet period */
  readonly within: Range;
  readonly series: readonly Series[];
  /** what the venues' faults are about; absent: all that a usual run orders */
  readonly venueSeries?: readonly Series[] | undefined;
}

/** ms */
const BEGINNING = 120_000;

/**
 * Draws the faults of a run. Each kind has its own stream and, by the seed, its own probability: in one run a kind is
 * frequent that hardly appears in another one.
 * @param mean faults per day
 * @param swarm whether only some kinds happen at all, as the seed chooses: what happens all the time may hide the effect of another kind
 */
export function drawPlan<Venue extends SimulatedVenue>(
  kinds: readonly FaultKind<Venue>[],
  random: Random,
  {
    mean,
    swarm = false,
    ...about
  }: Omit<DrawnAbout, 'at'> & { readonly mean: number; readonly swarm?: boolean | undefined },
): FaultPlan {
  const { within } = about;
  const days = (within.end - within.start) / 86_400_000;
  const weighed = (swarm ? someOf(kinds, random.fork('swarm')) : kinds).map((one) => {
    const own = random.fork(one.kind);
    // From a fifth to five times of the usual.
    return { one, own, weight: one.perDay * 5 ** (own.next() * 2 - 1) };
  });
  const total = weighed.reduce((sum, { weight }) => sum + weight, 0);
  return weighed
    .flatMap(({ one, own, weight }) =>
      Array.from({ length: own.count((weight / total) * mean * days) }, (): Fault => {
        // Some in the first minutes, in which all of the history is ordered.
        const length = own.chance(0.2)
          ? Math.min(BEGINNING, within.end - within.start)
          : within.end - within.start;
        const at = Math.floor(within.start + own.next() * length);
        return { ...one.draw(own, { ...about, at }), kind: one.kind, at };
      }),
    )
    .sort((a, b) => a.at - b.at || (a.kind < b.kind ? -1 : 1));
}

/** Of all kinds a third, two thirds or all of them; the others do not happen. */
function someOf<Venue extends SimulatedVenue>(
  kinds: readonly FaultKind<Venue>[],
  random: Random,
): readonly FaultKind<Venue>[] {
  const share = random.pick([1 / 3, 2 / 3, 1]);
  const some = kinds.filter(({ kind }) => random.fork(kind).chance(share));
  return some.length > 0 ? some : kinds;
}

/**
 * Draws what had befallen the venues before the run: it is struck at the beginning, before anything is requested, and began earlier.
 * @param within the history that is ordered; what lasts is over at its end
 * @param mean of all together
 */
export function drawPast<Venue extends SimulatedVenue>(
  kinds: readonly FaultKind<Venue>[],
  random: Random,
  { start, mean, ...about }: Omit<DrawnAbout, 'at'> & { readonly start: number; readonly mean: number },
): FaultPlan {
  return kinds.flatMap((one) => {
    const own = random.fork(one.kind);
    return Array.from({ length: own.count(mean / kinds.length) }, (): Fault => {
      const { within } = about;
      const begins = Math.floor(within.start + own.next() * (start - within.start));
      return { begins, ...one.draw(own, { ...about, at: begins }), kind: one.kind, at: start };
    });
  });
}
