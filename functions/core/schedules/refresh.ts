import { orderedRange } from '../jobs/job-series.ts';
import { isAlive, type Lease, type Leases, type Pace } from '../jobs/lease.ts';
import type { SeriesCatalog, SeriesReport } from '../ledger/ports.ts';
import { sourcesToOrder } from '../series/names/named-sources.ts';
import { refreshEvery } from '../series/schedule.ts';
import { type Series, seriesLabel } from '../series/series.ts';
import type { Source, Sources } from '../series/source.ts';
import { subtract, union } from '../time/range.ts';
import { DAY, floorTo, MINUTE } from '../time/time.ts';
import { stepOf } from '../time/timeframe.ts';
import {
  type Claimed,
  claimAll,
  type LeasedOrder,
  type OrderPorts,
  placeOrders,
  type Taken,
  takenRanges,
} from './scheduled-orders.ts';

/** Short enough that planning costs nothing, long enough to notice recently deleted rows. */
const TAIL = 2 * DAY;

/** A venue that keeps failing is retried at least this often. */
const LONGEST_PAUSE = 10 * MINUTE;

export interface RefreshTailPorts extends OrderPorts {
  readonly catalog: Pick<SeriesCatalog, 'report'>;
}

/** One source and timeframe with the series that are behind. */
interface Due {
  readonly spec: Source;
  readonly series: readonly Series[];
  readonly starts: readonly number[];
}

interface Behind {
  readonly series: SeriesReport;
  readonly spec: Source;
  /** where its refresh begins; epoch ms */
  readonly start: number;
}

const leaseName = ({ source, timeframe }: Omit<Series, 'symbol'>): string => `refresh ${source} ${timeframe}`;

const paceOf = (source: Source): Pace => ({
  everyMs: refreshEvery(source),
  longestMs: LONGEST_PAUSE,
});

/**
 * Orders the newest rows of every series that was ever requested: one job for each source and timeframe, or for a family
 * whose sources need the same. Each source has its own pace. While the job of the last run is at work no other is started, so a
 * slow venue does not pile jobs up. Ranges that other running jobs were ordered to fill are left to them.
 * @returns ids of the jobs it started
 */
export async function refreshTails(ports: RefreshTailPorts): Promise<string[]> {
  const now = ports.clock();
  const known = (await ports.catalog.report({})).filter(({ unfollowedAt }) => unfollowedAt === undefined);
  const taken = await takenRanges(ports, ports.sources);
  const behind = known.flatMap((series) => {
    const spec = ports.sources[series.source];
    // Its key was removed: an order for it reports that, and the other series are refreshed as usual.
    if (!spec || (spec.key && !ports.hasKey(spec.key.env))) return [];
    const start = startOf(series, spec, taken, now);
    return start === undefined ? [] : [{ series, spec, start }];
  });
  const isBrought = ({ spec }: Behind): boolean => snapshotsHolding(spec, ports.sources).length > 0;
  const claimed = await claimDue(
    ports,
    behind.filter((one) => !isBrought(one)),
  );
  const fetched = new Set(claimed.flatMap(({ work }) => work.series.map(seriesLabel)));
  const isFetched = (series: Series): boolean =>
    fetched.has(seriesLabel(series)) || (taken.atWork.get(seriesLabel(series)) ?? []).length > 0;
  // What is being brought along is left to that job. Where the other job cannot be started again yet, it is ordered by itself.
  const left = behind.filter(
    (one) =>
      isBrought(one) &&
      !snapshotsHolding(one.spec, ports.sources).some(({ id }) => isFetched({ ...one.series, source: id })),
  );
  claimed.push(...(await claimDue(ports, left)));
  return placeOrders(ports, joined(claimed.flatMap(ordersOf), ports.sources));
}

/** Sources whose snapshots hold the rows of this one. */
const snapshotsHolding = ({ id }: Source, sources: Sources): readonly Source[] =>
  Object.values(sources).filter(
    ({ siblings, tiers }) => tiers[0]?.kind === 'snapshot' && siblings?.includes(id),
  );

/** Takes the leases of the series that are behind, one for each source and timeframe. */
function claimDue(ports: RefreshTailPorts, behind: readonly Behind[]): Promise<Claimed<Due>[]> {
  const works = [...Map.groupBy(behind, ({ series }) => leaseName(series)).values()].map((of): Due => {
    const series = of.map(({ series: { source, symbol, timeframe } }) => ({ source, symbol, timeframe }));
    return { spec: of[0]!.spec, series, starts: of.map(({ start }) => start) };
  });
  return claimAll(ports, works, ({ spec, series }) => ({ name: leaseName(series[0]!), pace: paceOf(spec) }));
}

/**
 * Where the refresh of a series begins: at the tail, or where the last refresh ended if that was earlier. A series of which only a
 * stretch of history was ever requested gets the tail alone.
 */
export function tailStart(
  { requested, followed, gaps }: Pick<SeriesReport, 'requested' | 'followed' | 'gaps'>,
  { settleMs }: Pick<Source, 'settleMs'>,
  now: number,
): number {
  const last = requested.at(-1);
  // What a venue still revises belongs to the tail, but nothing before the first request does.
  const tail = Math.max(now - Math.max(TAIL, settleMs), requested[0]?.start ?? now - TAIL);
  if (!followed || !last) return tail;
  const open = gaps.findLast(({ end }) => end === last.end);
  return Math.min(tail, last.end, open?.start ?? last.end);
}

function startOf(series: SeriesReport, spec: Source, taken: Taken, now: number): number | undefined {
  const label = seriesLabel(series);
  const atWork = taken.atWork.get(label) ?? [];
  const step = stepOf(series.timeframe);
  if (spec.tiers[0]?.kind === 'snapshot') {
    // Only the same instant counts, not a later one: a clock that was ahead for a while must not stop the snapshots.
    return atWork.length > 0 || series.latest === floorTo(now, step) ? undefined : now - step;
  }
  const start = tailStart(series, spec, now);
  if (isCurrent(series, spec, start, now)) return undefined;
  const held = union(atWork, taken.cancelled.get(label) ?? []);
  return subtract([{ start, end: now }], held).at(-1)?.start;
}

/** No step has become final since the last request, and none of the tail is missing. */
function isCurrent(series: SeriesReport, spec: Source, start: number, now: number): boolean {
  const { end } = orderedRange({ from: start, to: now }, { ...series, spec }, now);
  const requestedUntil = series.requested.at(-1)?.end ?? Number.NEGATIVE_INFINITY;
  return end <= requestedUntil && !series.gaps.some((gap) => gap.end > start && gap.start < end);
}

/** Symbols whose refresh begins at the same instant go into one order. */
const ordersOf = ({ work: { series, starts }, lease }: Claimed<Due>): LeasedOrder[] =>
  [...Map.groupBy(series, (_, i) => starts[i]!)].map(([from, of]) => ({
    source: of[0]!.source,
    timeframe: of[0]!.timeframe,
    symbols: of.map(({ symbol }) => symbol),
    from,
    leases: [lease],
  }));

/** The sources that a family's word orders become one order where all of them need the same. */
function joined(orders: readonly LeasedOrder[], sources: Sources): LeasedOrder[] {
  const alike = Map.groupBy(orders, ({ source, timeframe, symbols, from }) =>
    JSON.stringify([sources[source]!.family, timeframe, from, symbols]),
  );
  return [...alike.values()].flatMap((group) => {
    const [first] = group as [LeasedOrder];
    const { family } = sources[first.source]!;
    const all = sourcesToOrder(sources, family).filter(({ timeframes }) =>
      timeframes.includes(first.timeframe),
    );
    const isOfFamily = ({ source }: LeasedOrder): boolean => all.some(({ id }) => id === source);
    const together = group.filter(isOfFamily);
    if (together.length < 2 || together.length < all.length) return group;
    const leases = together.flatMap(({ leases: of }): readonly Lease[] => of);
    return [{ ...first, source: family, leases }, ...group.filter((one) => !isOfFamily(one))];
  });
}

/** Whether the schedule keeps the tail of a series current, so that nothing else has to. */
export async function isRefreshed(
  leases: Pick<Leases, 'read'>,
  series: Series,
  spec: Source,
  now: number,
): Promise<boolean> {
  return isAlive(await leases.read(leaseName(series)), paceOf(spec).everyMs, now);
}
