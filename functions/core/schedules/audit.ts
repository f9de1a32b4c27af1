import pMap from 'p-map';
import { overdue } from '../jobs/job-series.ts';
import { claim, type Pace } from '../jobs/lease.ts';
import type { SeriesCatalog, SeriesReport } from '../ledger/ports.ts';
import { type ExpiringGap, findExpiringGaps } from '../queries/status/expiring-gaps.ts';
import type { EmptyReason } from '../series/empty-reason.ts';
import { refreshEvery } from '../series/schedule.ts';
import { type Series, seriesLabel } from '../series/series.ts';
import type { Source } from '../series/source.ts';
import { clip, hull, measure, normalize, type Range, type RangeSet, subtract, union } from '../time/range.ts';
import { DAY, iso, MINUTE } from '../time/time.ts';
import { stepOf } from '../time/timeframe.ts';
import { isRefreshed, tailStart } from './refresh.ts';
import {
  type Claimed,
  claimAll,
  type LeasedOrder,
  type OrderPorts,
  placeOrders,
  type Taken,
  takenRanges,
} from './scheduled-orders.ts';

export interface AuditPorts extends OrderPorts {
  readonly catalog: Pick<
    SeriesCatalog,
    'report' | 'recount' | 'reconcile' | 'retention' | 'retire' | 'audited' | 'missingOf'
  >;
  /** time between two audits; an hour, or less to see holes close sooner */
  readonly auditEveryMs: number;
}

export interface Audit {
  /** series whose rows were counted in this run */
  readonly counted: number;
  /** steps that the ledger had and the table does not */
  readonly lost: number;
  /** steps that are missing although the venue has had time to publish them, including expired proofs of emptiness */
  readonly missing: number;
  readonly jobs: readonly string[];
  readonly perishable: readonly ExpiringGap[];
}

/** Ten million rows are counted in seconds. In a larger warehouse the next run continues where this one stops. */
const COUNT_BUDGET = 2 * MINUTE;

/** Series that are counted at the same time: each takes a processor of the database, and others need one too. */
export const AT_ONCE = 2;

/** Proofs of emptiness that are renewed after some time. */
const EXPIRING: readonly EmptyReason[] = ['venue-outage', 'not-published'];

/** Orders of one series: more gaps than this are ordered in larger pieces. */
const MOST_PIECES = 20;

/** Series whose gaps one statement reads. */
const READ_TOGETHER = 500;

/** Series whose count one statement notes: an audit that ends before that counts them again. */
const NOTED_TOGETHER = 100;

/** Orders of one run: the next run continues with the rest. */
const MOST_ORDERS = 50;

/** A gap that stays open is ordered again after 1, 2, 4… audits; one that is about to be lost, by each audit. */
const gapPace = (everyMs: number, urgent: boolean): Pace =>
  urgent ? { everyMs } : { everyMs, longestMs: DAY, failedBy: ['failed', 'completed_with_gaps'] };

interface Piece {
  readonly series: SeriesReport;
  readonly range: Range;
  readonly urgent: boolean;
}

/**
 * Compares what was requested of every series with its rows and its ledger, and orders what is missing, including proofs of
 * emptiness that are due to be renewed. It skips what other jobs are working on, what was cancelled
 * within a day, and the newest rows as long as the refresh keeps them current. One audit runs at a time.
 * @returns undefined when another audit is running
 */
export async function auditGaps(ports: AuditPorts): Promise<Audit | undefined> {
  const lease = await claim(ports, 'audit-gaps', { everyMs: 1, holdMs: 20 * MINUTE });
  if (!lease) return undefined;
  try {
    const audit = await run(ports);
    await ports.leases.settle(lease, []);
    return audit;
  } catch (error) {
    await ports.leases.drop(lease);
    throw error;
  }
}

async function run(ports: AuditPorts): Promise<Audit> {
  const count = await countRows(ports);
  const now = ports.clock();
  // Read again: what the count removed from the ledger is a gap now.
  const known = (await ports.catalog.report({})).filter(
    ({ source, unfollowedAt }) => ports.sources[source] && unfollowedAt === undefined,
  );
  const perishable = known.flatMap((series) => expiringGapsIn(series, ports.sources[series.source]!, now));
  const inDanger = new Set(perishable.map(seriesLabel));
  const taken = await takenRanges(ports, ports.sources);
  const pieces: Piece[] = [];
  let missing = 0;
  for (const { series, lacking } of await allLacking(ports, known, now)) {
    const spec = ports.sources[series.source]!;
    missing += lacking.reduce((sum, { gaps }) => sum + measure(gaps), 0) / stepOf(series.timeframe);
    if ((spec.key && !ports.hasKey(spec.key.env)) || spec.tiers[0]?.kind === 'snapshot') continue;
    // A source that is refreshed less often than the audit runs does not wait for its refresh.
    const left =
      refreshEvery(spec) <= ports.auditEveryMs && (await isRefreshed(ports.leases, series, spec, now));
    const tail = left ? tailStart(series, spec, now) : now;
    for (const { within, gaps } of lacking) {
      const free = clip(leftAlone(gaps, series, taken), { start: Number.NEGATIVE_INFINITY, end: tail });
      const urgent = inDanger.has(seriesLabel(series));
      pieces.push(...inPieces(free, within).map((range) => ({ series, range, urgent })));
    }
  }
  return { ...count, missing, perishable, jobs: await order(ports, pieces) };
}

async function countRows({ catalog, clock, sources }: AuditPorts): Promise<Pick<Audit, 'counted' | 'lost'>> {
  const began = clock();
  // Days with deleted rows come first.
  const recounted = await catalog.recount(COUNT_BUDGET);
  const due = (await catalog.report({}))
    .filter(({ source }) => sources[source])
    .sort((a, b) => (a.auditedAt ?? 0) - (b.auditedAt ?? 0));
  // Most sources have no retention, and then nothing has to be looked up for each series.
  const ruled = new Set((await catalog.retention()).map(({ source }) => source));
  let [counted, lost] = [0, recounted.lost];
  let noted: Series[] = [];
  const note = async (): Promise<void> => {
    const some = noted;
    noted = [];
    if (some.length > 0) await catalog.audited(some);
  };
  const count = async (series: SeriesReport): Promise<void> => {
    if (Math.abs(clock() - began) > COUNT_BUDGET) return;
    for (const range of series.requested) {
      lost += measure(await catalog.reconcile(series, range)) / stepOf(series.timeframe);
    }
    if (ruled.has(series.source)) await catalog.retire(series);
    noted.push(series);
    counted += 1;
    if (noted.length === NOTED_TOGETHER) await note();
  };
  await pMap(due, count, { concurrency: AT_ONCE });
  await note();
  return { counted, lost };
}

/** The gaps of a series that are about to expire at the venue, as `findExpiringGaps` finds them. */
export function expiringGapsIn(series: SeriesReport, spec: Source, now: number): ExpiringGap[] {
  const step = stepOf(series.timeframe);
  const failed = series.gaps.filter(({ error }) => error !== undefined);
  const latestEnd = series.latest === undefined ? undefined : series.latest + step;
  return findExpiringGaps(
    series,
    spec,
    { gaps: overdue(series.gaps, { ...series, spec }, now), failed, latestEnd },
    now,
  );
}

interface Lacking {
  readonly series: SeriesReport;
  readonly lacking: readonly { readonly within: Range; readonly gaps: RangeSet }[];
}

/** Where a series may have gaps: in a report, a proof that has expired is no gap. */
const doubtOf = ({ gaps, empty }: SeriesReport): RangeSet =>
  normalize([...gaps, ...empty.filter(({ reason }) => EXPIRING.includes(reason))]);

/**
 * Series with gaps in what the venue has had time to publish. One statement reads many, and of the ledger only where the report
 * leaves a doubt; those whose doubts begin at the same time are read together, for most doubts are the newest minutes.
 */
async function allLacking(
  { catalog, sources }: AuditPorts,
  known: readonly SeriesReport[],
  now: number,
): Promise<Lacking[]> {
  const out: Lacking[] = [];
  const begins = new Map(known.map((series) => [series, doubtOf(series)[0]?.start]));
  const doubtful = known
    .filter((series) => begins.get(series) !== undefined)
    .sort((a, b) => begins.get(a)! - begins.get(b)!);
  for (const alike of Map.groupBy(doubtful, ({ source, timeframe }) => `${source} ${timeframe}`).values()) {
    for (let i = 0; i < alike.length; i += READ_TOGETHER) {
      const block = alike.slice(i, i + READ_TOGETHER);
      const around = hull(normalize(block.flatMap(doubtOf)))!;
      const missing = await catalog.missingOf(block, around);
      for (const [n, series] of block.entries()) {
        const spec = sources[series.source]!;
        const lacking = series.requested.flatMap((within) => {
          const gaps = overdue(clip(missing[n]!, within), { ...series, spec }, now);
          return gaps.length > 0 ? [{ within, gaps }] : [];
        });
        if (lacking.length > 0) out.push({ series, lacking });
      }
    }
  }
  return out;
}

function leftAlone(gaps: RangeSet, series: SeriesReport, { atWork, cancelled }: Taken): RangeSet {
  const label = seriesLabel(series);
  return subtract(gaps, union(atWork.get(label) ?? [], cancelled.get(label) ?? []));
}

/** Each gap by itself; if there are many, one range from the first to the last. */
function inPieces(gaps: RangeSet, within: Range): RangeSet {
  const around = hull(gaps);
  return around && gaps.length > MOST_PIECES ? clip([around], within) : gaps;
}

async function order(ports: AuditPorts, pieces: readonly Piece[]): Promise<string[]> {
  // Expiring gaps first, then the newest ones.
  const sorted = pieces.toSorted(
    (a, b) => Number(b.urgent) - Number(a.urgent) || b.range.start - a.range.start,
  );
  const alike = Map.groupBy(sorted, ({ series: { source, timeframe }, range }) =>
    JSON.stringify([source, timeframe, range.start, range.end]),
  );
  const orders: LeasedOrder[] = [];
  for (const group of alike.values()) {
    if (orders.length === MOST_ORDERS) break;
    const claimed = await claimAll(ports, group, ({ series, range, urgent }) => ({
      name: `gap ${seriesLabel(series)} ${iso(range.start)}/${iso(range.end)}`,
      pace: gapPace(ports.auditEveryMs, urgent),
    }));
    if (claimed.length > 0) orders.push(orderOf(claimed));
  }
  return placeOrders(ports, orders, 'audit');
}

function orderOf(claimed: readonly Claimed<Piece>[]): LeasedOrder {
  const { series, range } = claimed[0]!.work;
  return {
    source: series.source,
    timeframe: series.timeframe,
    from: range.start,
    to: range.end,
    symbols: claimed.map(({ work }) => work.series.symbol),
    leases: claimed.map(({ lease }) => lease),
  };
}
