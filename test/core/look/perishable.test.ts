import { describe, expect, it } from 'vitest';
import { limitFamilies, venuesOf } from '../../../functions/core/look/limit-families.ts';
import { perishableOf, reachOf } from '../../../functions/core/look/perishable.ts';
import type { PagesTier } from '../../../functions/core/source.ts';
import { DAY } from '../../../functions/core/time.ts';
import { sources } from '../../../functions/sources/index.ts';

const NOW = Date.UTC(2025, 5, 1);
const series = { source: 'x', symbol: 'BTCUSDT', timeframe: '1h' as const };
const forgets = { tiers: [{ kind: 'pages', reachMs: 30 * DAY } as PagesTier] };

describe('what a source forgets', () => {
  it('is lost when its reach has passed over the beginning of the gap', () => {
    const gaps = [
      { start: NOW - 5 * DAY, end: NOW - 4 * DAY },
      { start: NOW - 28 * DAY, end: NOW - 27 * DAY },
    ];
    expect(perishableOf(series, forgets, gaps, NOW)).toEqual([
      { ...series, ...gaps[1]!, lostAt: NOW + 2 * DAY, daysLeft: 2 },
    ]);
  });

  it('is no news where it is lost already, and counts from what is left of it where a part is', () => {
    expect(perishableOf(series, forgets, [{ start: NOW - 40 * DAY, end: NOW - 31 * DAY }], NOW)).toEqual([]);
    const half = perishableOf(series, forgets, [{ start: NOW - 40 * DAY, end: NOW - 20 * DAY }], NOW);
    expect(half).toMatchObject([{ start: NOW - 30 * DAY, daysLeft: 0 }]);
  });

  it('is nothing where an archive stands behind it', () => {
    expect(reachOf(sources.klines_spot!)).toBeUndefined();
    expect(reachOf(sources.gex_deribit!)).toBe(0);
    const gap = [{ start: NOW - 28 * DAY, end: NOW }];
    expect(perishableOf(series, sources.open_interest_binance!, gap, NOW)).toEqual([]);
    expect(perishableOf(series, sources.gex_deribit!, gap, NOW)).toEqual([]);
  });
});

describe('rate budgets', () => {
  it('are told by the requests that the sources would send', () => {
    const families = limitFamilies(sources);
    expect(families.map(({ family }) => family.id)).toContain('binance-spot');
    expect(families.find(({ family }) => family.id === 'binance-spot')).toMatchObject({ venue: 'binance' });
    expect(venuesOf(sources)).toEqual(expect.arrayContaining(['binance', 'binance-archive', 'deribit']));
  });
});
