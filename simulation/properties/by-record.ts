import { type Series, seriesLabel } from '../../functions/core/series/series.ts';
import { intersect, normalize, type Range, subtract } from '../../functions/core/time/range.ts';
import { DAY, HOUR } from '../../functions/core/time/time.ts';
import type { Fault, FaultPlan } from '../engine/fault.ts';
import type { Book } from '../memory/ledger/warehouse.ts';
import type { RunVenue } from '../venue/index.ts';
import type { Serving } from '../venue/record/truth.ts';
import type { World } from '../world/world.ts';
import { judgeDays } from './days.ts';
import { judgeFiles } from './files.ts';
import type { Moment } from './held.ts';
import { judgeRequests } from './requests.ts';
import { judgeByFile, judgeIntervals } from './settlements.ts';
import { judgeSnapshots } from './snapshots.ts';
import { calmWithin, judgeSeries } from './venue-truth.ts';
import { type Breach, inWords, type Violation } from './violations.ts';

type Times = Readonly<
  Partial<
    Record<'begins' | 'until' | 'lasts' | 'lagMs' | 'filledAt' | 'start' | 'end' | 'age' | 'after', number>
  >
>;

/** What a fault leaves behind is put right by the next turns of the schedules. */
const AFTERMATH = 3 * HOUR;

/** Faults that let a correct answer say that there is nothing although there is, or our clock expect too much. */
const MISLEADING: ReadonlySet<string> = new Set(['empty-answers', 'rest-lag', 'clock jumps']);
const SKEWING: ReadonlySet<string> = new Set(['clock-skew', 'clock jumps']);

/** Breaches that no later turn of a schedule excuses: what is stored was wrong when it was stored. */
const LASTING: ReadonlySet<Breach> = new Set(['never there', 'other value', 'false proof']);

/** Holds all that the warehouse has against the venue's record. @param plan all faults of the run; @param start when the run began, epoch ms */
export function checkByRecord(world: World<RunVenue>, plan: FaultPlan, start: number): string[] {
  const { warehouse, venue, scheduler, orderedFrom } = world;
  const now = scheduler.now();
  const followed = warehouse.books().filter(({ record, series }) => record && venue.sources[series.source]);
  const requests = judgeRequests(venue.wire.log, {
    series: followed.map(({ series }) => series),
    sources: venue.sources,
    within: { start: orderedFrom, end: now },
    followedFrom: start,
    disturbances: plan.length,
  });
  return [...requests, ...checkFiles(world, plan), ...violations(world, plan).map(inWords)];
}

/** Republished files of followed series. */
function checkFiles(
  { warehouse, venue, scheduler, orderedFrom }: World<RunVenue>,
  plan: FaultPlan,
): string[] {
  const now = scheduler.now();
  const calm = calmWithin({ start: orderedFrom, end: now }, plan.map(timeOf), AFTERMATH);
  return warehouse.books().flatMap(({ series, record, spans }) => {
    if (!record || record.unfollowedAt !== undefined || !venue.sources[series.source]) return [];
    return judgeFiles(series, spans, (object) => venue.wire.fileOf(object), calm);
  });
}

/** What of it is wrong already while faults go on. */
export const checkLasting = (world: World<RunVenue>, plan: FaultPlan): string[] =>
  violations(world, plan)
    .filter(({ breach }) => LASTING.has(breach))
    .map(inWords);

function violations(
  { warehouse, venue, scheduler, orderedFrom, began, leftOff }: World<RunVenue>,
  plan: FaultPlan,
): Violation[] {
  const now = scheduler.now();
  const moment: Moment = {
    now,
    calm: calmWithin({ start: orderedFrom, end: now }, plan.map(timeOf), AFTERMATH),
    misled: [...plan.filter(({ kind }) => MISLEADING.has(kind)).map(timeOf), ...asStamped(plan)],
    skewed: [...plan.filter(({ kind }) => SKEWING.has(kind)).map(timeOf), ...asStamped(plan)],
    aheadMs: plan.reduce(
      (sum, { kind, ms }) => sum + (kind === 'clock-skew' ? Math.max(0, ms as number) : 0),
      0,
    ),
    relabelled: plan.filter(({ kind }) => kind === 'label-shift').map(shiftedFrom),
    patienceMs: DAY,
  };
  return warehouse.books().flatMap(judgeBook);

  function judgeBook({ series, record, spans, findings }: Book): Violation[] {
    const source = venue.sources[series.source];
    if (!record || !source) return [];
    // A clock that was late may have noted an instant before the first order of all.
    const since = Math.max(began, record.since ?? now);
    if (source.tiers[0]?.kind === 'snapshot') {
      const within = { start: since, end: now };
      const unfollowed = leftOff.filter((one) => seriesLabel(one.series) === seriesLabel(series));
      const losses = [...lossesOf(plan, series), ...unfollowed];
      const kept = calmWithin({ start: orderedFrom, end: now }, losses, AFTERMATH);
      const followed = record.unfollowedAt === undefined ? intersect(moment.calm, kept) : [];
      const strikes = warehouse.rows.within(series);
      const lost = normalize(lossesOf(plan, series));
      const had = subtract(normalize(spans.filter(({ state }) => state === 'have')), lost);
      return judgeSnapshots(venue.wire.stock.values, series, strikes, within, followed, had);
    }
    const requested = record.unfollowedAt === undefined ? record.requested : [];
    if (source.id === 'btc_market_cap') {
      const held = { series, source, requested, since, spans };
      return judgeDays(venue.wire.stock.values, held, warehouse.rows.within(series), now, moment.calm);
    }
    const rows = warehouse.rows.within(series);
    const held = {
      series,
      source,
      requested,
      since,
      rows,
      spans,
      findings: [...findings.values()],
    };
    const intervals = source.table.pace === undefined ? [] : judgePace(series);
    return [...judgeSeries(venue.record, held, moment), ...intervals];
  }

  function judgePace(series: Series): Violation[] {
    const { record } = venue;
    const settled = warehouse.rows.within(series);
    const [first, last] = [settled[0], settled.at(-1)];
    if (!first || !last) return [];
    const around = { start: first.time - 2 * DAY, end: last.time + 2 * DAY };
    const answered = record
      .times(series, around)
      .filter((time) => isAnswered(record.servings(series, time), now));
    return [
      ...judgeIntervals(series, settled, record.traded(series), moment.calm),
      ...judgeByFile(
        series,
        settled,
        answered,
        (time) => record.filedInterval(series, time, now),
        moment.calm,
      ),
    ];
  }
}

/** Whether the API has a row now that reads. */
const isAnswered = (servings: readonly Serving[], now: number): boolean =>
  servings.some(
    ({ place, readable, start, end }) => place === 'rest' && readable && start <= now && now < end,
  );

/** From the day before on: a row of the first file may lie in the last one that is labelled as it should be. */
const shiftedFrom = ({ at, begins }: Fault): Range => ({
  start: ((begins as number | undefined) ?? at) - DAY,
  end: Number.POSITIVE_INFINITY,
});

/** From when to when a fault can have an effect on what the venue still has. */
function timeOf({ at, ...fault }: Fault): Range {
  const { begins, until, lasts, lagMs, filledAt } = fault as Times;
  const start = Math.min(at, begins ?? at);
  return { start, end: Math.max(at, until ?? 0, filledAt ?? 0, at + (lasts ?? 0)) + (lagMs ?? 0) };
}

/** When our clock was wrong, as it said itself: what was entered then has its stamps. Jumps add up. */
function asStamped(plan: FaultPlan): Range[] {
  const jumps = plan
    .filter(({ kind }) => kind === 'clock jumps')
    .map(({ at, lasts, skew }) => ({
      start: at,
      end: at + (lasts as number),
      skew: Math.floor(skew as number),
    }));
  const borders = [...new Set(jumps.flatMap(({ start, end }) => [start, end]))].sort((a, b) => a - b);
  return borders.slice(1).map((end, i) => {
    const start = borders[i]!;
    const on = jumps.filter((one) => one.start <= start && end <= one.end);
    const skew = on.reduce((sum, one) => sum + one.skew, 0);
    return { start: start + skew, end: end + skew };
  });
}

/** Why a row may be lost that the venue has only once, and not a row of the same series that it has for longer. */
const LOSSES: Readonly<Record<string, (fault: Fault & Times) => Range>> = {
  'rows deleted by hand': ({ start, end }) => ({ start: start!, end: end! }),
  // Nothing is requested meanwhile.
  'operator unfollows and follows again': ({ at, after }) => ({ start: at, end: at + after! }),
  // All that was there is gone.
  'operator purges a series and orders it again': ({ at, lasts }) => ({ start: 0, end: at + lasts! }),
  // What was written since the backup is gone.
  'older backup restored': ({ at, age }) => ({ start: at, end: at + age! }),
};

/** When a fault took away what the venue has only once of a series, or kept it from being fetched. */
const lossesOf = (plan: FaultPlan, series: Series): Range[] =>
  plan.flatMap((fault) => {
    const about = fault.series as Series | undefined;
    const loss = LOSSES[fault.kind];
    return loss && (!about || seriesLabel(about) === seriesLabel(series))
      ? [loss(fault as Fault & Times)]
      : [];
  });
