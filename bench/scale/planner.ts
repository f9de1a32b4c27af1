import type { ChunkProgress, Job } from '../../functions/core/jobs/job.ts';
import { planWave } from '../../functions/core/jobs/plan-wave.ts';
import type { JobStore } from '../../functions/core/jobs/ports.ts';
import { planSource } from '../../functions/core/ledger/plan.ts';
import type { SeriesCatalog } from '../../functions/core/ledger/ports.ts';
import { type Series, seriesLabel } from '../../functions/core/series/series.ts';
import type { Source } from '../../functions/core/series/source.ts';
import {
  clip,
  measure,
  type Range,
  type RangeSet,
  subtract,
  union,
} from '../../functions/core/time/range.ts';
import type { Timeframe } from '../../functions/core/time/timeframe.ts';
import type { PlanWaveOutput } from '../../functions/core/workflow/contracts.ts';

export interface PlannedJob {
  /** the next wave, by the product's own planner */
  wave(): Promise<PlanWaveOutput>;
  /** what the fetcher did with a chunk of it */
  settle(label: string, how: 'done' | 'failed'): void;
  /** as if all before an instant had been done in earlier waves */
  pretend(until: number): Promise<void>;
  readonly chunks: readonly ChunkProgress[];
}

/** A job whose ledger and job table are in memory: what PlanWave decides, without what it has to ask. */
export function plannedJob(
  source: Source,
  timeframe: Timeframe,
  symbols: readonly string[],
  range: Range,
  now: number,
): PlannedJob {
  const id = '0'.repeat(26);
  const job: Job = {
    id,
    status: 'running',
    createdAt: now,
    wave: 0,
    rows: 0,
    source: source.family,
    sources: [source.id],
    symbols,
    skipped: [],
    timeframe,
    from: range.start,
    to: range.end,
    alsoRequested: false,
  };
  const have = new Map<string, RangeSet>();
  const chunks = new Map<string, ChunkProgress>();
  const planned = new Map<string, Series & { readonly missing: RangeSet }>();
  const jobs: Pick<JobStore, 'start' | 'plan' | 'chunks'> = {
    start: async () => job,
    chunks: async () => [...chunks.values()],
    async plan(_, wave, all) {
      for (const { chunk, missing } of all) {
        const totalMs = chunks.get(chunk.label)?.totalMs ?? measure(missing);
        const progress = { state: 'planned', wave, totalMs, leftMs: measure(missing), rows: 0 } as const;
        chunks.set(chunk.label, { label: chunk.label, ...progress });
        planned.set(chunk.label, { ...chunk, missing });
      }
    },
  };
  const catalog: Pick<SeriesCatalog, 'request' | 'requested' | 'missing' | 'reconcile'> = {
    request: async () => {},
    requested: async () => [range],
    reconcile: async () => [],
    missing: async (series, asked) => subtract([asked], clip(have.get(seriesLabel(series)) ?? [], asked)),
  };
  const ports = { jobs: jobs as JobStore, catalog: catalog as SeriesCatalog };
  let last = { nextWave: 1, previousMissing: -1 };
  return {
    async wave() {
      const input = { jobId: id, wave: last.nextWave, previousMissing: last.previousMissing };
      const answer = await planWave({ ...ports, sources: { [source.id]: source }, clock: () => now }, input);
      last = answer;
      return answer;
    },
    settle(label, how) {
      const progress = chunks.get(label)!;
      const series = planned.get(label)!;
      const error = { name: 'RetryableVenueError', code: 'broken', message: 'the venue does not answer' };
      if (how === 'done') {
        const key = seriesLabel(series);
        have.set(key, union(have.get(key) ?? [], series.missing));
      }
      chunks.set(label, { ...progress, state: how, ...(how === 'failed' && { error }) });
    },
    async pretend(until) {
      const past = { start: range.start, end: until };
      for (const symbol of symbols) {
        const series = { source: source.id, symbol, timeframe };
        await jobs.plan(id, 1, planSource(source, series, [past]));
      }
      for (const label of chunks.keys()) this.settle(label, 'done');
    },
    get chunks() {
      return [...chunks.values()];
    },
  };
}
