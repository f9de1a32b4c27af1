import { planWave } from '../../functions/core/jobs/plan-wave.ts';
import type { Source } from '../../functions/core/series/source.ts';
import type { Range } from '../../functions/core/time/range.ts';
import type { Timeframe } from '../../functions/core/time/timeframe.ts';
import type { PlanWaveOutput } from '../../functions/core/workflow/contracts.ts';
import { createMemoryJobStore } from '../../simulation/memory/jobs/job-store.ts';
import { emptyJobTables } from '../../simulation/memory/jobs/job-tables.ts';
import { createMemorySeriesCatalog } from '../../simulation/memory/ledger/series-catalog.ts';
import { createMemorySeriesStore } from '../../simulation/memory/ledger/series-store.ts';
import { MemoryWarehouse } from '../../simulation/memory/ledger/warehouse.ts';

type Chunk = PlanWaveOutput['chunks'][number];

export interface PlannedJob {
  /** the next wave, by the product's own planner */
  wave(): Promise<PlanWaveOutput>;
  /** Enters what a fetcher did with a chunk. */
  settle(chunk: Chunk, how: 'done' | 'failed'): Promise<void>;
}

const PASSING = { name: 'RetryableVenueError', code: 'broken', message: 'the venue does not answer' };

/** A job whose ledger and job table are in memory, without a fetcher. */
export async function createPlannedJob(
  source: Source,
  timeframe: Timeframe,
  symbols: readonly string[],
  range: Range,
  now: number,
): Promise<PlannedJob> {
  const clock = () => now;
  const warehouse = new MemoryWarehouse(() => source.table);
  const jobs = createMemoryJobStore(emptyJobTables(), clock);
  const store = createMemorySeriesStore(warehouse, clock);
  const ports = {
    jobs,
    catalog: createMemorySeriesCatalog(warehouse, clock),
    store,
    sources: { [source.id]: source },
    clock,
  };
  const { job } = await jobs.create({
    source: source.family,
    sources: [source.id],
    symbols,
    skipped: [],
    timeframe,
    from: range.start,
    to: range.end,
    alsoRequested: false,
  });
  let last = { nextWave: 1, previousMissing: -1 };
  return {
    async wave() {
      const input = { jobId: job.id, wave: last.nextWave, previousMissing: last.previousMissing };
      const output = await planWave(ports, input);
      last = output;
      return output;
    },
    async settle({ label, start, end, ...series }, how) {
      if (how === 'failed') return jobs.failChunk(job.id, label, PASSING);
      const rows = { length: 0, times: new Float64Array(), columns: [] };
      const empty = [{ span: { start, end }, reason: 'zero-trade' as const, evidence: [] }];
      const page = { series, rows, have: [], empty, findings: [], object: 'nothing' };
      await store.commit([page], { jobId: job.id, chunk: label });
      await jobs.checkpoint(job.id, label, { state: 'done', leftMs: 0, rows: 0 });
    },
  };
}
