import { expect, it } from 'vitest';
import type { AggregateStore, PendingRefresh } from '../../../functions/core/aggregates/aggregates.ts';
import type { Job, JobStatus } from '../../../functions/core/jobs/job.ts';
import { refreshAggregates } from '../../../functions/core/jobs/refresh-aggregates.ts';
import type { RangeSet } from '../../../functions/core/time/range.ts';
import { HOUR } from '../../../functions/core/time/time.ts';

const NOW = Date.UTC(2025, 0, 1);
const span = (start: number, end: number) => ({ start, end });

function ports(unseen: PendingRefresh[], statuses: Record<string, JobStatus>) {
  const done: { since?: number; refreshed: RangeSet[]; symbols: unknown[]; seen: string[] } = {
    refreshed: [],
    symbols: [],
    seen: [],
  };
  const aggregates: AggregateStore = {
    pendingRefreshes: async (since) => {
      done.since = since;
      return unseen;
    },
    markRefreshed: async (ids) => {
      // What was not refreshed must not be entered.
      expect(done.refreshed).toHaveLength(1);
      done.seen.push(...ids);
    },
    refresh: async (touched, how) => {
      done.refreshed.push(touched);
      done.symbols.push(how?.symbols);
    },
    refreshWindow: async () => {},
    extent: async () => undefined,
    refreshRecent: async () => true,
    status: async () => [],
  };
  const jobs = {
    get: async (id: string) => (statuses[id] ? ({ id, status: statuses[id] } as Job) : undefined),
  };
  return { done, ports: { aggregates, jobs, clock: () => NOW } };
}

it('refreshes what the ending job wrote, and those that ended without it', async () => {
  const unseen = [
    { jobId: 'ending', symbols: ['BTCUSDT'], touched: [span(0, 10)] },
    { jobId: 'failed', symbols: ['ETHUSDT'], touched: [span(10, 20), span(40, 50)] },
    { jobId: 'running', symbols: ['XRPUSDT'], touched: [span(100, 200)] },
    { jobId: 'expired', symbols: ['BTCUSDT'], touched: [span(300, 310)] },
  ];
  const { done, ports: with_ } = ports(unseen, { ending: 'running', failed: 'failed', running: 'running' });
  const ids = await refreshAggregates(with_, { ending: 'ending', lookback: HOUR });
  expect(ids).toEqual(['ending', 'failed', 'expired']);
  expect(done).toEqual({
    since: NOW - HOUR,
    refreshed: [[span(0, 20), span(40, 50), span(300, 310)]],
    symbols: [['BTCUSDT', 'ETHUSDT']],
    seen: ids,
  });
});

it('does nothing when nothing was written', async () => {
  const { done, ports: with_ } = ports([{ jobId: 'queued', symbols: ['BTCUSDT'], touched: [span(0, 1)] }], {
    queued: 'queued',
  });
  expect(await refreshAggregates(with_, { lookback: HOUR })).toEqual([]);
  expect(done.refreshed).toEqual([]);
});
