import type { RateBudget } from '../../functions/core/fetch/ports.ts';
import type { Series } from '../../functions/core/series/series.ts';
import type { Source, Sources } from '../../functions/core/series/source.ts';
import type { LimitFamily } from '../../functions/core/series/venue.ts';
import type { Range } from '../../functions/core/time/range.ts';
import { DAY, floorTo, MINUTE } from '../../functions/core/time/time.ts';
import { universes } from '../../functions/sources/binance/universes.ts';
import { sources as registered } from '../../functions/sources/index.ts';
import type { Random } from '../engine/random.ts';
import type { Scheduler } from '../engine/scheduler.ts';
import type { SimulatedVenue, TrueRow } from '../engine/venue.ts';
import type { VenueFaultKind } from '../faults/fault.ts';
import type { BaseSymbol } from './market/book.ts';
import { VenueTruth } from './record/truth.ts';
import { CHAIN, MORE_PERPS, MORE_SPOT, PERP, RUN_SERIES, SPOT, STATISTICS } from './series.ts';
import { clientOf } from './wire/client.ts';
import { limitWithin, WireVenue } from './wire/wire-venue.ts';

export interface VenueSetting {
  readonly scheduler: Pick<Scheduler, 'now'>;
  readonly random: Random;
  /** when the run begins; epoch ms */
  readonly start: number;
  /** what is ordered; absent: the usual ones */
  readonly series?: readonly Series[] | undefined;
  /** of these the sources whose series are ordered; absent: all */
  readonly sources?: readonly string[] | undefined;
  /** part of their usual limits that the venues allow; all by default */
  readonly limits?: number | undefined;
}

/** A venue of a run, with its record. */
export interface RunVenue extends SimulatedVenue {
  readonly wire: WireVenue;
  readonly record: VenueTruth;
  /** called each time a fault has an effect on a request */
  onStruck: ((kind: VenueFaultKind) => void) | undefined;
}

const IDS = [
  'klines_perp',
  'klines_spot',
  ...STATISTICS,
  'funding_binance',
  'gex_deribit',
  'btc_market_cap',
] as const;

/** The real sources that a usual run needs. */
export const RUN_SOURCES: Sources = Object.fromEntries(
  IDS.map((id): [string, Source] => [id, registered[id]!]),
);
const WITH_CHAIN: Sources = { ...RUN_SOURCES, [CHAIN.source]: registered[CHAIN.source]! };

/** The venues of a run in virtual time, behind the real client and the real adapters. */
export function createVenue({
  scheduler,
  random,
  start,
  series = RUN_SERIES,
  sources,
  limits = 1,
}: VenueSetting): RunVenue {
  // Some symbols are older than all that is ordered, some begin within it.
  const listedAt = (listing: Random): number => {
    const ago = listing.chance(0.7) ? 60 * DAY + listing.int(60) * DAY : listing.int(40) * DAY;
    return floorTo(start - DAY - ago - listing.int(DAY), MINUTE);
  };
  const perp = (symbol: string, listing: Random): BaseSymbol => ({
    market: 'um',
    symbol,
    listedAt: listedAt(listing),
    fundingHours: listing.pick([8, 8, 4, 1]),
    quiet: listing.pick([0, 0, 0.3]),
  });
  const spot = (symbol: string, listing: Random): BaseSymbol => {
    return { market: 'spot', symbol, listedAt: listedAt(listing), quiet: listing.pick([0, 0.3]) };
  };
  const listing = random.fork('listing');
  const isOrdered = (symbol: string): boolean => series.some((one) => one.symbol === symbol);
  const base: BaseSymbol[] = [
    perp(PERP, listing),
    spot(SPOT, listing),
    ...MORE_PERPS.filter(isOrdered).map((symbol) => perp(symbol, random.fork(symbol))),
    ...MORE_SPOT.filter(isOrdered).map((symbol) => spot(symbol, random.fork(symbol))),
  ];
  // A chain is ordered by its name, whatever the size is.
  const known = sources?.includes(CHAIN.source) && !series.includes(CHAIN) ? [...series, CHAIN] : series;
  const ordered = known.filter(({ source }) => sources?.includes(source) ?? true);
  const wire = new WireVenue({
    seed: random.int(2 ** 31),
    base,
    clock: scheduler.now,
    limits,
    struck: (kind) => venue.onStruck?.(kind),
  });
  const record = new VenueTruth(wire.stock);
  const venue: RunVenue = {
    sources: ordered.includes(CHAIN) ? WITH_CHAIN : RUN_SOURCES,
    universes,
    series: ordered,
    wire,
    record,
    onStruck: undefined,
    clientOf: (visitor) => clientOf(wire, { ...visitor, budget: budgetWithin(visitor.budget, limits) }),
    truth: {
      rows: (series, range) => rowsOf(record, series, range, scheduler.now()),
      traded: (series) => record.traded(series),
    },
    get requests() {
      return wire.requests;
    },
    breaches: wire.breaches,
  };
  return venue;
}

/** The budget of a program that knows the limits of these venues. */
const budgetWithin = (budget: RateBudget, part: number): RateBudget => {
  const known = (family: LimitFamily): LimitFamily => ({ ...family, limit: limitWithin(family, part) });
  return {
    take: (venue, family, weight) => budget.take(venue, family && known(family), weight),
    observe: (family, used, asOf) => budget.observe(known(family), used, asOf),
    coolDown: (scope, until, why) => budget.coolDown(scope, until, why),
  };
};

function rowsOf(record: VenueTruth, series: Series, range: Range, now: number): TrueRow[] {
  return record.times(series, range).flatMap((time): TrueRow[] => {
    const known = record.servings(series, time).filter(({ start, readable }) => readable && start <= now);
    const [first] = known;
    if (!first) return [];
    const until = Math.max(...known.map(({ end }) => end));
    return [
      {
        time,
        lines: [...new Set(known.flatMap((serving) => record.lines(series, time, serving)))],
        from: first.start,
        // Nobody needs rows of the time after the end.
        until: first.frozen ? first.start : until,
      },
    ];
  });
}
