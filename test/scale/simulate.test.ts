import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Setup, USUAL } from '../../bench/scale/model/setup.ts';
import { simulate } from '../../bench/scale/model/simulate.ts';
import { buildWorkload, countRows, type Workload } from '../../bench/scale/model/workload.ts';
import type { Source } from '../../functions/core/series/source.ts';
import { klines_spot } from '../../functions/sources/klines/klines_spot.ts';

const NOW = Date.UTC(2026, 9, 15, 12);
const pagesOnly: Source = { ...klines_spot, tiers: klines_spot.tiers.filter(({ kind }) => kind === 'pages') };

function workload(symbols: number, months: number, source: Source = klines_spot): Workload {
  const range = { start: Date.UTC(2026, 9 - months, 1), end: NOW };
  return buildWorkload({ source, timeframe: '1m', range, now: NOW, symbols, symbolsPerOrder: 10 });
}

const setups = fc.record({
  lanes: fc.integer({ min: 1, max: 60 }),
  shards: fc.integer({ min: 1, max: 4 }),
  addresses: fc.integer({ min: 1, max: 5 }),
  seed: fc.nat(),
});

describe('a simulated backfill', () => {
  it('loses no row and passes no limit', () => {
    fc.assert(
      fc.property(setups, fc.boolean(), (given, rest) => {
        const work = workload(30, 6, rest ? pagesOnly : klines_spot);
        const setup: Setup = { ...USUAL, ...given };
        const run = simulate(work, setup);
        expect(run.ends.size).toBe(0);
        expect(run.rows).toBe(countRows(work));
        const limits = {
          lanes: setup.lanes * 3,
          lambda: setup.concurrency,
          rows: setup.shards * setup.storedPerSecond,
          connections: setup.maxConnections,
        };
        // Each job has more chunks than lanes.
        expect(run.peak.lanes).toBe(limits.lanes);
        expect(run.peak.lambda).toBeLessThanOrEqual(limits.lambda);
        expect(run.peak.connections).toBeLessThanOrEqual(limits.connections);
        expect(run.seconds).toBeGreaterThanOrEqual(countRows(work) / limits.rows);
        const all = Object.values(run.lanes).reduce((sum, part) => sum + part, 0);
        expect(run.lanes.own).toBeLessThan(all);
      }),
      { numRuns: 25 },
    );
  });

  it('sends no more weight than the windows of its addresses give', () => {
    const work = workload(20, 3, pagesOnly);
    const run = simulate(work, { ...USUAL, lanes: 50, addresses: 2 });
    const weight = work.orders.reduce(
      (sum, { symbols }) => sum + symbols.length * work.templates.reduce((s, t) => s + t.pages * t.weight, 0),
      0,
    );
    expect(run.pages * 2).toBe(weight);
    expect(Math.ceil(run.seconds / 60) * 2 * 5_400).toBeGreaterThanOrEqual(weight);
  });

  it('is the same for the same seed, and another for another', () => {
    const work = workload(20, 4);
    const once = simulate(work, { ...USUAL, lanes: 20 });
    expect(simulate(work, { ...USUAL, lanes: 20 })).toEqual(once);
    expect(simulate(work, { ...USUAL, lanes: 20, seed: 2 }).seconds).not.toBe(once.seconds);
  });

  it('ends jobs as the definition does when fetchers take all of Lambda', () => {
    const run = simulate(workload(100, 6), { ...USUAL, lanes: 60, concurrency: 20, storedPerSecond: 2_000 });
    // A lost fetcher does not end a job. A next wave that could not be planned does, and so does a wave without a row.
    for (const why of run.ends.keys()) expect(why).toMatch(/^failed: PlanWave was throttled$|^with gaps/);
    expect(run.ends.size).toBeGreaterThan(0);
    expect(run.throttled).toBeGreaterThan(0);
    expect(run.rows).toBeLessThan(countRows(workload(100, 6)));
  });
});
