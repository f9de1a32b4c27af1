import { describe, expect, it } from 'vitest';
import { DAY } from '../../functions/core/time/time.ts';
import { drawPlan } from '../../simulation/engine/fault.ts';
import { createRandom } from '../../simulation/engine/random.ts';
import { FAULTS } from '../../simulation/faults/index.ts';
import { drawSize } from '../../simulation/size.ts';
import { publishedOf, RUN_SERIES } from '../../simulation/venue/series.ts';

const SEEDS = Array.from({ length: 300 }, (_, seed) => seed);
const sizes = SEEDS.map((seed) => drawSize(createRandom(seed)));
const share = (isSo: (size: (typeof sizes)[number]) => boolean): number =>
  sizes.filter(isSo).length / sizes.length;

const start = Date.UTC(2025, 5, 10);
const within = { start, end: start + 5 * DAY };

describe('the size of a run', () => {
  it('is four series at least: candles of minutes, a statistic, settlements and a snapshot', () => {
    for (const { series } of sizes) {
      const kinds = series.map(({ source, timeframe }) => `${source} ${timeframe}`);
      expect(kinds).toEqual(
        expect.arrayContaining(['klines_perp 1m', 'funding_binance 1h', 'gex_deribit 1h']),
      );
      expect(kinds.some((kind) => /^(open_interest|ratio)_\w+ (5m|1h)$/.test(kind))).toBe(true);
    }
  });

  it('is small in most runs, and large in some', () => {
    expect(share(({ series }) => series.length === 4)).toBeGreaterThan(0.5);
    expect(share(({ series }) => series.length > RUN_SERIES.length)).toBeGreaterThan(0.02);
    expect(share(({ series }) => series.length > RUN_SERIES.length)).toBeLessThan(0.1);
    const statistics = sizes.flatMap(({ series }) => (series.length === 4 ? [series[1]!.source] : []));
    expect(new Set(statistics).size).toBe(5);
  });

  it('has a quiet period that is shorter than a day in many runs, and longer than two in some', () => {
    expect(share(({ quiet }) => quiet < 1)).toBeGreaterThan(0.3);
    expect(share(({ quiet }) => quiet > 2)).toBeGreaterThan(0.05);
    expect(Math.min(...sizes.map(({ quiet }) => quiet))).toBe(0.5);
  });
});

describe('faults of the venues', () => {
  it('are about what is ordered', () => {
    for (const { series } of sizes.slice(0, 40)) {
      const plan = drawPlan(FAULTS, createRandom(series.length), {
        within,
        series,
        venueSeries: series,
        mean: 40,
      });
      const symbols = new Set<unknown>(publishedOf(series).map(({ symbol }) => symbol));
      const about = plan.filter(({ kind, symbol }) => symbol !== undefined && kind !== 'new-listing');
      expect(about.length).toBeGreaterThan(10);
      expect(about.filter(({ symbol }) => !symbols.has(symbol))).toEqual([]);
      const hosts = new Set(plan.map(({ host }) => host));
      expect(hosts.has('spot')).toBe(series.length > 4);
    }
  });
});
