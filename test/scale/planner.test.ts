import { describe, expect, it } from 'vitest';
import { runBudget } from '../../bench/scale/document/budget-run.ts';
import { EVENTS_PER_WAVE, LANES_TODAY, RETRIES } from '../../bench/scale/model/definition.ts';
import { JobRun } from '../../bench/scale/model/job-run.ts';
import { buildWorkload } from '../../bench/scale/model/workload.ts';
import { LANES } from '../../functions/core/quote/quote.ts';
import { LIMIT_SHARE } from '../../functions/core/series/venue.ts';
import { binanceFamilies } from '../../functions/sources/binance/hosts.ts';
import { klines_spot } from '../../functions/sources/klines/klines_spot.ts';
import { createPlannedJob } from './planned-job.ts';

const NOW = Date.UTC(2026, 9, 15, 12);
const RANGE = { start: Date.UTC(2016, 9, 15), end: NOW };

describe('the model', () => {
  it('takes the chunks of each wave as PlanWave does', async () => {
    const workload = { source: klines_spot, timeframe: '1d', range: RANGE, now: NOW } as const;
    const { orders, templates } = buildWorkload({ ...workload, symbols: 9, symbolsPerOrder: 9 });
    const run = new JobRun(orders[0]!, templates);
    const job = await createPlannedJob(klines_spot, '1d', orders[0]!.symbols, RANGE, NOW);
    for (let wave = 1; ; wave++) {
      const { next, chunks } = await job.wave();
      const modelled = run.plan();
      if (!modelled) {
        expect({ next, wave }).toEqual({ next: 'finalize', wave: 4 });
        return;
      }
      const month = (start: number) => new Date(start).toISOString().slice(0, 7);
      const labels = modelled.map((chunk) => {
        const symbol = orders[0]!.symbols[run.symbolOf(chunk)]!;
        return `klines_spot ${symbol} 1d ${month(run.templateOf(chunk).start)}`;
      });
      expect(chunks.map(({ label }) => label)).toEqual(labels);
      // One in ten comes back, as a chunk does that waited too long.
      for (const [i, chunk] of modelled.entries()) {
        const again = i % 10 === 0 && wave === 1;
        await job.settle(chunks[i]!, again ? 'failed' : 'done');
        if (again) run.giveBack(chunk, run.leftOf(chunk), 'failed');
        else run.finish(chunk);
        run.rows += 1;
      }
    }
  });

  it('reads lanes and retries from the definition', () => {
    expect(LANES_TODAY).toBe(LANES);
    expect(EVENTS_PER_WAVE).toBe(11);
    expect(RETRIES.fetchThrottled).toEqual({ intervalSeconds: 2, backoff: 2, attempts: 4 });
  });

  it("gives out a venue's limit as the product's own budget does", async () => {
    const family = binanceFamilies.spot;
    const run = await runBudget({ family, workers: 100, weight: 2, rowsPerPage: 1_000, windows: 5 });
    expect(run.most).toBeLessThanOrEqual(family.limit * LIMIT_SHARE);
    // What leases leave over when a window turns is what the model gives out too much.
    expect(run.used).toBeGreaterThan(LIMIT_SHARE * 0.95);
    expect(await runBudget({ family, workers: 100, weight: 2, rowsPerPage: 1_000, windows: 5 })).toEqual(run);
  });
});
