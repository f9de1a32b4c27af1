import { describe, expect, it } from 'vitest';
import { periodsIn } from '../../../functions/core/time/period.ts';
import { contains, measure, type Range } from '../../../functions/core/time/range.ts';
import { DAY, HOUR } from '../../../functions/core/time/time.ts';
import { selectPortion, spansForTurn } from '../../../functions/core/verify/portion.ts';

const SERIES = { source: 'btc_market_cap', symbol: 'BTC', timeframe: '1d' } as const;
const NOW = Date.UTC(2026, 10, 27);
const HELD = { start: Date.UTC(2012, 3, 9), end: Date.UTC(2026, 10, 20) };
const RESTATES = { recentMonths: 3, sampledIn: 30 };
const turn = (
  n: number,
  series: typeof SERIES | { source: string; symbol: string; timeframe: '1d' } = SERIES,
) => selectPortion(series, [HELD], RESTATES, n, NOW);
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
    expect(selectPortion(SERIES, [], RESTATES, 0, NOW)).toEqual([]);
  });
});

describe('what a turn fetches again', () => {
  const HOURLY = { source: 'open_interest_binance', symbol: 'BTCUSDT', timeframe: '1h' } as const;
  const REACH = 30 * DAY - HOUR;
  const requests = (rows: number, set: readonly Range[]) =>
    set.reduce((sum, { start, end }) => sum + Math.ceil((end - start) / DAY / rows), 0);

  it('is all of a chart that comes in one answer', () => {
    expect(spansForTurn({ pageRows: Number.POSITIVE_INFINITY }, RESTATES, SERIES, [HELD], 5, NOW)).toEqual([
      HELD,
    ]);
  });

  it.each([100, 1_000])('takes no more requests of %i rows than the portion would', (pageRows) => {
    const kinds = new Set<string>();
    for (let n = 0; n < 30; n++) {
      const spans = spansForTurn({ pageRows }, RESTATES, SERIES, [HELD], n, NOW);
      expect(requests(pageRows, spans)).toBeLessThanOrEqual(requests(pageRows, turn(n)));
      kinds.add(measure(spans) === measure([HELD]) ? 'whole' : 'portion');
    }
    expect(kinds).toContain('portion');
  });

  it('begins within reach of the venue, with an hour to spare', () => {
    const held = { start: NOW - 60 * DAY, end: NOW };
    const spans = spansForTurn({ pageRows: 500, reachMs: REACH }, RESTATES, HOURLY, [held], 0, NOW);
    expect(spans).toEqual([{ start: NOW - REACH + HOUR, end: NOW }]);
  });

  it('is nothing where all lies beyond the reach, or nothing is held', () => {
    const old = { start: NOW - 90 * DAY, end: NOW - 40 * DAY };
    expect(spansForTurn({ pageRows: 500, reachMs: REACH }, RESTATES, HOURLY, [old], 0, NOW)).toEqual([]);
    expect(spansForTurn({ pageRows: 500 }, RESTATES, HOURLY, [], 0, NOW)).toEqual([]);
  });
});
