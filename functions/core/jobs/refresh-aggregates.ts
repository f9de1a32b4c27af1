import type { AggregateStore, RefreshHow } from '../aggregates/aggregates.ts';
import { type RangeSet, union } from '../time/range.ts';
import type { Clock } from '../time/time.ts';
import { isFinished } from './job.ts';
import type { JobStore } from './ports.ts';

export interface RefreshPorts {
  readonly jobs: Pick<JobStore, 'get'>;
  readonly aggregates: AggregateStore;
  readonly clock: Clock;
}

/**
 * Refreshes the buckets that jobs have touched and no refresh has covered: those of the job that is ending, and of
 * jobs that ended without coming to it, because they failed or their execution was stopped. A job at work is left to
 * itself.
 * @param lookback how long ago such a job may have written, ms
 * @returns ids of the jobs whose rows the aggregates now have
 */
export async function refreshAggregates(
  ports: RefreshPorts,
  { ending, lookback, ...how }: { readonly ending?: string; readonly lookback: number } & RefreshHow,
): Promise<string[]> {
  let touched: RangeSet = [];
  const symbols = new Set<string>();
  const ids: string[] = [];
  for (const pending of await ports.aggregates.pendingRefreshes(ports.clock() - lookback)) {
    if (pending.jobId !== ending && (await isAtWork(ports, pending.jobId))) continue;
    touched = union(touched, pending.touched);
    for (const symbol of pending.symbols) symbols.add(symbol);
    ids.push(pending.jobId);
  }
  if (ids.length === 0) return ids;
  await ports.aggregates.refresh(touched, { ...how, symbols: [...symbols] });
  await ports.aggregates.markRefreshed(ids);
  return ids;
}

/** A job that the table no longer has ended long ago. */
async function isAtWork({ jobs }: RefreshPorts, id: string): Promise<boolean> {
  const job = await jobs.get(id);
  return job !== undefined && !isFinished(job.status);
}
