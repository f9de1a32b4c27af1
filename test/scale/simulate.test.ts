import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RESOURCES, type Setup, USUAL } from '../../bench/scale/setup.ts';
import { simulate } from '../../bench/scale/simulate.ts';
import { rowsOf, type Workload, workloadOf } from '../../bench/scale/workload.ts';
import type { Source } from '../../functions/core/series/source.ts';
import { klines_spot } from '../../functions/sources/klines_spot.ts';

const NOW = Date.UTC(2026, 9, 15, 12);
const pagesOnly: Source = { ...klines_spot, tiers: klines_spot.tiers.filter(({ kind }) => kind === 'pages') };

function workload(symbols: number, months: number, source: Source = klines_spot): Workload {
  const range = { start: Date.UTC(2026, 9 - months, 1), end: NOW };
  return workloadOf({ source, timeframe: '1m', range, now: NOW, symbols, symbolsPerOrder: 10 });
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
        expect(run.rows).toBe(rowsOf(work));
        const limits = {
          lanes: setup.lanes * 3,
          lambda: setup.concurrency,
          rows: setup.shards * setup.storedPerSecond,
          tableWrites: 4_000,
          children: 6_000,
          connections: setup.shards * setup.maxConnections,
        };
        // A bin counts rows when they are there: one page may stand in it that was begun before.
        const width = run.timeline[1]?.at ?? run.seconds;
        const page = (setup.lanes * 3 * 44_640) / Math.max(width, 1);
        for (const bin of run.timeline.slice(0, -1)) {
          expect(bin.lanes).toBeLessThanOrEqual(limits.lanes + 1e-6);
          expect(bin.lambda).toBeLessThanOrEqual(limits.lambda + 1e-6);
          expect(bin.rows).toBeLessThanOrEqual(limits.rows + page + 1e-6);
          expect(bin.connections).toBeLessThanOrEqual(limits.connections + 1e-6);
        }
        expect(run.seconds).toBeGreaterThanOrEqual(rowsOf(work) / limits.rows);
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
      (sum, { templates }) =>
        sum + templates.reduce((s, t) => s + work.templates[t]!.pages * work.templates[t]!.weight, 0),
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
    expect(Object.keys(once.timeline[0]!)).toEqual(['at', ...RESOURCES]);
  });

  it('ends jobs as the definition does when fetchers take all of Lambda', () => {
    const run = simulate(workload(100, 6), { ...USUAL, lanes: 60, concurrency: 20, storedPerSecond: 2_000 });
    // A fetcher that is lost is no reason; that nobody could plan the next wave is one, and a wave without a row another.
    for (const why of run.ends.keys()) expect(why).toMatch(/^failed: PlanWave was throttled$|^with gaps/);
    expect(run.ends.size).toBeGreaterThan(0);
    expect(run.throttled).toBeGreaterThan(0);
    expect(run.rows).toBeLessThan(rowsOf(workload(100, 6)));
  });
});
