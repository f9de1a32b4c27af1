import { ACTIVE_STATUSES, type Job } from '../jobs/job.ts';
import { claim, isAtWork, type Lease, type LeasePorts, type Leases, type Pace } from '../jobs/lease.ts';
import { MAX_SYMBOLS } from '../orders/check-symbols.ts';
import { type CreatePorts, createScheduledJob } from '../orders/create-job.ts';
import { orderedNow } from '../queries/coverage-view.ts';
import type { Sources } from '../series/source.ts';
import type { RangeSet } from '../time/range.ts';
import { DAY, iso } from '../time/time.ts';
import type { Timeframe } from '../time/timeframe.ts';

/** What the orders of a schedule need. */
export interface OrderPorts extends CreatePorts {
  readonly leases: Leases;
}

/** One order, and the leases whose holders it is for. */
export interface LeasedOrder {
  readonly source: string;
  readonly timeframe: Timeframe;
  readonly symbols: readonly string[];
  /** epoch ms */
  readonly from: number;
  /** absent: until now */
  readonly to?: number;
  readonly leases: readonly Lease[];
}

export interface Claimed<T> {
  readonly work: T;
  readonly lease: Lease;
}

/** Takes a lease for each piece of work that is due. */
export async function claimAll<T>(
  ports: LeasePorts,
  works: readonly T[],
  of: (work: T) => { readonly name: string; readonly pace: Pace },
): Promise<Claimed<T>[]> {
  const claimed: Claimed<T>[] = [];
  for (const work of works) {
    const { name, pace } = of(work);
    const lease = await claim(ports, name, pace);
    if (lease) claimed.push({ work, lease });
  }
  return claimed;
}

/**
 * Creates the jobs, several for an order of more symbols than one may have. A refused order does not stop the others; its leases are
 * released.
 * @returns ids of the jobs
 * @throws the first refusal, after all orders were tried
 */
export async function placeOrders(
  ports: OrderPorts,
  orders: readonly LeasedOrder[],
  by?: 'audit',
): Promise<string[]> {
  const jobs = new Map<string, { readonly lease: Lease; readonly ids: string[] }>();
  const refused = new Map<string, Lease>();
  const errors: unknown[] = [];
  for (const { leases, from, to, source, timeframe, symbols } of orders.flatMap(inJobs)) {
    const body = {
      source,
      timeframe,
      symbols: [...symbols],
      from: iso(from),
      ...(to !== undefined && { to: iso(to) }),
    };
    try {
      const { job } = await createScheduledJob(ports, body, by);
      for (const lease of leases) {
        const entry = jobs.get(lease.name) ?? { lease, ids: [] };
        entry.ids.push(job.id);
        jobs.set(lease.name, entry);
      }
    } catch (error) {
      errors.push(error);
      for (const lease of leases) refused.set(lease.name, lease);
    }
  }
  for (const { lease, ids } of jobs.values()) await ports.leases.settle(lease, ids);
  for (const [name, lease] of refused) if (!jobs.has(name)) await ports.leases.drop(lease);
  if (errors.length > 0) throw errors[0];
  return [...new Set([...jobs.values()].flatMap(({ ids }) => ids))];
}

function inJobs({ symbols, ...order }: LeasedOrder): LeasedOrder[] {
  return Array.from({ length: Math.ceil(symbols.length / MAX_SYMBOLS) }, (_, i) => ({
    ...order,
    symbols: symbols.slice(i * MAX_SYMBOLS, (i + 1) * MAX_SYMBOLS),
  }));
}

/** Schedules do not order cancelled ranges again for this long. */
const RESPECTED = DAY;

/** Jobs that one query returns; there are hardly ever more at once. */
const LOOK = 100;

export interface Taken {
  /** what jobs at work were ordered to fill, by the series' label */
  readonly atWork: ReadonlyMap<string, RangeSet>;
  /** ranges of jobs that were cancelled recently */
  readonly cancelled: ReadonlyMap<string, RangeSet>;
}

/** Ranges that schedules do not order now. */
export async function takenRanges(
  { jobs, clock }: Pick<OrderPorts, 'jobs' | 'clock'>,
  sources: Sources,
): Promise<Taken> {
  const now = clock();
  const active = await jobs.list({ statuses: ACTIVE_STATUSES, limit: LOOK });
  const cancelled = await jobs.list({ statuses: ['cancelled'], limit: LOOK });
  const known = (job: Job): boolean => job.sources.every((id) => sources[id]);
  const late = ({ finishedAt = now }: Job): boolean => Math.abs(now - finishedAt) < RESPECTED;
  return {
    atWork: orderedNow(
      active.jobs.filter((job) => known(job) && isAtWork(job, now)),
      sources,
    ),
    cancelled: orderedNow(
      cancelled.jobs.filter((job) => known(job) && late(job)),
      sources,
    ),
  };
}
