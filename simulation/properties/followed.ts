import { isFinished } from '../../functions/core/jobs/job.ts';
import { jobSeries, orderedRange } from '../../functions/core/jobs/job-series.ts';
import { type Series, seriesLabel } from '../../functions/core/series/series.ts';
import { normalize, type RangeSet, subtract, union } from '../../functions/core/time/range.ts';
import { ceilTo } from '../../functions/core/time/time.ts';
import { stepOf } from '../../functions/core/time/timeframe.ts';
import type { FaultPlan } from '../engine/fault.ts';
import type { Book } from '../memory/ledger/warehouse.ts';
import type { World } from '../world/world.ts';
import { words } from './ledger.ts';

/** After these a stretch of what is followed may rightly be requested by nobody. */
const GIVING_UP: ReadonlySet<string> = new Set([
  'operator cancels a job',
  'operator cancels an order at once',
  'execution stopped',
  'operator unfollows and follows again',
  'operator purges a series and orders it again',
  'operator keeps less for a while',
  'older backup restored',
  'clock jumps',
]);

/**
 * What is followed is requested without a hole from the first order on, however long nothing ran. To be looked at while faults go on:
 * a new order of all of it fills what was left out.
 * @returns breaches in words
 */
export function checkFollowed(world: World, plan: FaultPlan): string[] {
  const { warehouse, venue, series, began } = world;
  if (plan.some(({ kind }) => GIVING_UP.has(kind))) return [];
  return series
    .filter(({ source }) => venue.sources[source]?.tiers[0]?.kind !== 'snapshot')
    .flatMap((one) => judgeFollowed(warehouse.book(one), began, orderedOf(world, one)));
}

/**
 * What jobs that have not ended will request of a series. One whose entry lost its answer has no execution for some minutes, in which later
 * ones leave its stretch to it.
 */
function orderedOf({ tables, venue, scheduler }: World, wanted: Series): RangeSet {
  const atWork = [...tables.jobs.values()].filter(({ status }) => !isFinished(status));
  return normalize(
    atWork.flatMap((job) =>
      jobSeries(job, venue.sources)
        .filter((one) => seriesLabel(one) === seriesLabel(wanted))
        .map((one) => orderedRange(job, one, scheduler.now())),
    ),
  );
}

/**
 * @param began of the first order; epoch ms
 * @param ordered what jobs at work will request
 */
export function judgeFollowed(
  { series, record }: Pick<Book, 'series' | 'record'>,
  began: number,
  ordered: RangeSet,
): string[] {
  const last = record?.requested.at(-1);
  if (!record?.followed || !last) return [];
  const since = ceilTo(Math.max(began, record.since ?? began), stepOf(series.timeframe));
  const [hole] = subtract(
    [{ start: since, end: Math.max(since, last.end) }],
    union(record.requested, ordered),
  );
  return hole ? [words(series, 'it is followed, and nobody requested it', hole.start)] : [];
}
