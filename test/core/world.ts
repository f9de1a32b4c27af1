import { type FetchPorts, fetchChunk } from '../../functions/core/jobs/fetch-chunk.ts';
import { type FinalizePorts, finalizeJob } from '../../functions/core/jobs/finish-job.ts';
import type { Job, JobOrder } from '../../functions/core/jobs/job.ts';
import { planWave } from '../../functions/core/jobs/plan-wave.ts';
import type { Workflow } from '../../functions/core/jobs/ports.ts';
import type { AbandonedPorts } from '../../functions/core/jobs/stop-job.ts';
import type { Page } from '../../functions/core/ledger/coverage.ts';
import type { PlannedChunk } from '../../functions/core/ledger/plan.ts';
import type { SeriesStore } from '../../functions/core/ledger/ports.ts';
import type { CreatePorts } from '../../functions/core/orders/create-job.ts';
import type { AuditPorts } from '../../functions/core/schedules/audit.ts';
import { sortAndDedupe, toBatch } from '../../functions/core/series/batch.ts';
import type { Series } from '../../functions/core/series/series.ts';
import type { Range } from '../../functions/core/time/range.ts';
import { DAY, HOUR } from '../../functions/core/time/time.ts';
import type { VerifyPorts } from '../../functions/core/verify/verify-period.ts';
import type { FetchChunkInput } from '../../functions/core/workflow/contracts.ts';
import type { ProgramEvent } from '../../functions/core/workflow/events.ts';
import { sha256 } from '../../functions/stores/files/sha256.ts';
import { createMemoryJobStore } from '../../simulation/memory/jobs/job-store.ts';
import { emptyJobTables } from '../../simulation/memory/jobs/job-tables.ts';
import { createMemoryLeases } from '../../simulation/memory/jobs/leases.ts';
import {
  createMemoryCoverageQueries,
  createMemoryLabelRules,
  createMemoryStoredRows,
} from '../../simulation/memory/ledger/reading.ts';
import { createMemorySeriesCatalog } from '../../simulation/memory/ledger/series-catalog.ts';
import { createMemorySeriesStore } from '../../simulation/memory/ledger/series-store.ts';
import { MemoryWarehouse } from '../../simulation/memory/ledger/warehouse.ts';
import { Market } from '../../simulation/venue/synthetic-market.ts';
import { syntheticSource, type Traits } from '../../simulation/venue/synthetic-sources.ts';
import { MemoryVenue } from '../../simulation/venue/synthetic-venue.ts';

/** 2025-06-10, ten in the morning: the first of March is long settled. */
export const NOW = Date.parse('2025-06-10T10:00:00Z');
export const MARCH = Date.UTC(2025, 2);
export const days = (from: number, to: number): Range => ({
  start: MARCH + from * DAY,
  end: MARCH + to * DAY,
});
export const hours = (from: number, to: number): Range => ({
  start: MARCH + from * HOUR,
  end: MARCH + to * HOUR,
});

/** Hourly rows of AAA, from the plain source. */
export const AAA: Series = { source: 'plain', symbol: 'AAA', timeframe: '1h' };

type Ports = FinalizePorts &
  FetchPorts &
  CreatePorts &
  AuditPorts &
  VerifyPorts &
  AbandonedPorts & { readonly store: SeriesStore };

/** A warehouse, a job table and a venue in memory, on a clock that stands still until a test moves it. */
export function worldOf(traits: readonly Traits[] = [{ id: 'plain' }]) {
  const sources = Object.fromEntries(traits.map((one) => [one.id, syntheticSource(one)]));
  const clock = { now: NOW };
  const now = () => clock.now;
  const wait = async (ms: number) => {
    clock.now += ms;
  };
  const tables = emptyJobTables();
  const warehouse = new MemoryWarehouse((id) => sources[id]!.table);
  const market = new Market();
  market.list('AAA', { listedAt: Date.UTC(2020, 0) });
  market.list('BBB', { listedAt: Date.UTC(2020, 0) });
  const venue = new MemoryVenue({ market, sources, clock: now, wait });
  const started: string[] = [];
  const published: ProgramEvent[] = [];
  const executions = new Map<string, Awaited<ReturnType<Workflow['describe']>>>();
  const refreshed: Range[][] = [];
  const store = createMemorySeriesStore(warehouse, now);
  const catalog = createMemorySeriesCatalog(warehouse, now);
  const ports: Ports = {
    sources,
    clock: now,
    venue,
    archive: venue,
    jobs: createMemoryJobStore(tables, now),
    leases: createMemoryLeases(tables),
    store,
    catalog,
    stored: createMemoryStoredRows(warehouse),
    queries: createMemoryCoverageQueries(warehouse),
    // The lives of a synthetic market do not change.
    livesDue: { due: async () => [], isDue: async () => false },
    labels: createMemoryLabelRules(new Map()),
    sha256,
    workflow: {
      start: async (id) => {
        started.push(id);
      },
      describe: async (id) => executions.get(id) ?? 'absent',
    },
    events: { publish: async (some) => void published.push(...some) },
    hasKey: () => false,
    auditEveryMs: HOUR,
    aggregates: {
      pendingRefreshes: async () => [],
      markRefreshed: async () => {},
      refresh: async (touched) => {
        refreshed.push([...touched]);
      },
      refreshWindow: async () => {},
      extent: async () => undefined,
      refreshRecent: async () => false,
      status: async () => [],
    },
  };

  const order = (more: Partial<JobOrder> = {}): JobOrder => ({
    source: 'klines',
    sources: Object.keys(sources),
    symbols: ['AAA'],
    skipped: [],
    timeframe: '1h',
    from: days(0, 1).start,
    to: days(0, 31).end,
    alsoRequested: false,
    ...more,
  });
  const newJob = async (more: Partial<JobOrder> = {}): Promise<Job> =>
    (await ports.jobs.create(order(more))).job;

  /** Runs a job as the state machine does, one chunk after the other. */
  async function runJob(id: string) {
    let next = { jobId: id, wave: 1, previousMissing: -1 };
    for (;;) {
      const {
        next: what,
        nextWave,
        waitSeconds,
        previousMissing,
        chunks,
        wave,
      } = await planWave(ports, next);
      if (what === 'finalize') return finalizeJob(ports, { jobId: id, wave });
      await wait(waitSeconds * 1_000);
      for (const chunk of chunks) await runChunk(id, wave, chunk);
      next = { jobId: id, wave: nextWave, previousMissing };
    }
  }

  async function runChunk(jobId: string, wave: number, chunk: FetchChunkInput['chunk']) {
    let resume: FetchChunkInput['resume'] = { since: 0, withoutArchive: false };
    for (;;) {
      const done = await fetchChunk(ports, { jobId, wave, chunk, resume });
      if (done.outcome !== 'again' && done.outcome !== 'wait') return done;
      await wait(done.waitSeconds * 1_000);
      resume = { since: done.since, withoutArchive: done.withoutArchive };
    }
  }

  return {
    ports,
    sources,
    clock,
    wait,
    tables,
    warehouse,
    market,
    venue,
    started,
    executions,
    published,
    refreshed,
    order,
    newJob,
    runJob,
  };
}

export type World = ReturnType<typeof worldOf>;

/** A month of AAA as the planner cuts it. */
export const chunkOf = (
  month = '2025-03',
  series: Series = AAA,
  range: Range = days(0, 31),
): PlannedChunk => ({
  chunk: { ...series, label: `${series.source} ${series.symbol} ${series.timeframe} ${month}`, ...range },
  missing: [range],
});

/** A page of the hours `from` to `to` of March, as the venue has them. */
export function pageOfHours(
  { sources, market }: World,
  from: number,
  to: number,
  series: Series = AAA,
): Page {
  const source = sources[series.source]!;
  const ticks = market.ticks(series, hours(from, to), source.everyMs);
  const cells = ticks.map(([time, price]) => [series.symbol, series.timeframe, time, price] as const);
  const { batch, findings } = sortAndDedupe(toBatch(source.table, cells));
  return { series, rows: batch, have: [hours(from, to)], empty: [], findings, object: 'page' };
}
