import { describe, expect, it } from 'vitest';
import { periodsIn } from '../../../functions/core/period.ts';
import { contains, measure } from '../../../functions/core/range.ts';
import { DAY } from '../../../functions/core/time.ts';
import { portionOf } from '../../../functions/core/verify/portion.ts';

const SERIES = { source: 'btc_market_cap', symbol: 'BTC', timeframe: '1d' } as const;
const NOW = Date.UTC(2026, 10, 27);
const HELD = { start: Date.UTC(2012, 3, 9), end: Date.UTC(2026, 10, 20) };
const RESTATES = { recentMonths: 3, sampledIn: 30 };
const turn = (
  n: number,
  series: typeof SERIES | { source: string; symbol: string; timeframe: '1d' } = SERIES,
) => portionOf(series, [HELD], RESTATES, n, NOW);
const RECENT = Date.UTC(2026, 8, 1);

describe('the portion of a turn', () => {
  it('always has the newest months, up to what is held', () => {
    for (let n = 0; n < 30; n++) {
      const last = turn(n).at(-1)!;
      expect(last.start).toBeLessThanOrEqual(RECENT);
      expect(last.end).toBe(HELD.end);
    }
  });

  it.each([0, 7, 123])('has each older month once in thirty turns from %i on', (from) => {
    const older = periodsIn('month', HELD).filter(({ start }) => start < RECENT);
    const turns = Array.from({ length: 30 }, (_, n) => turn(from + n));
    for (const month of older) {
      const at = Math.max(month.start, HELD.start);
      expect(turns.filter((portion) => contains(portion, at))).toHaveLength(1);
    }
  });

  it('is the same for the same turn, another one for another series, and about a thirtieth', () => {
    expect(turn(4)).toEqual(turn(4));
    const others = { ...SERIES, symbol: 'ETH' };
    const differ = Array.from({ length: 30 }, (_, n) => n).filter(
      (n) => JSON.stringify(turn(n)) !== JSON.stringify(turn(n, others)),
    );
    expect(differ.length).toBeGreaterThan(20);
    for (let n = 0; n < 30; n++) expect(measure(turn(n))).toBeLessThan((91 + 15 * 31) * DAY);
  });

  it('of nothing is nothing', () => {
    expect(portionOf(SERIES, [], RESTATES, 0, NOW)).toEqual([]);
  });
});
