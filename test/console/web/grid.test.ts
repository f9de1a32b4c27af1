import { describe, expect, it } from 'vitest';
import {
  cellAt,
  holeAround,
  missingIn,
  moved,
  nextHole,
  type Row,
  type Run,
  rectsOf,
  rowOf,
  runAt,
  runNear,
  summaryOf,
} from '../../../console/web/coverage/grid.ts';
import { bucketFor, panned, showing, ticksOf, zoomed } from '../../../console/web/coverage/view.ts';
import { describe as inWords } from '../../../console/web/coverage/words.ts';
import { DAY, HOUR } from '../../../functions/core/time/time.ts';

const START = Date.UTC(2025, 0, 1);
const at = (days: number): number => START + days * DAY;
const run = (from: number, to: number, over: Partial<Run> = {}): Run => ({
  start: at(from),
  end: at(to),
  buckets: to - from,
  have: 0,
  empty: {},
  failed: 0,
  inFlight: 0,
  missing: 0,
  ...over,
});
const row: Row = {
  source: 'klines_spot',
  symbol: 'BTCUSDT',
  timeframe: '1h',
  runs: [
    run(0, 10, { have: 24 }),
    run(10, 11, { have: 20, missing: 4 }),
    run(11, 13, { failed: 24 }),
    run(13, 20, { have: 24 }),
    run(22, 23, { empty: { 'venue-outage': 24 } }),
    run(30, 31, { missing: 24 }),
    run(31, 32, { inFlight: 24 }),
  ],
};

describe('the map', () => {
  it('paints rows first and holes on top', () => {
    const rects = rectsOf(row, { from: at(0), to: at(40) }, 400);
    expect(rects.map(({ kind, x, width }) => [kind, x, width])).toEqual([
      ['have', 0, 100],
      ['have', 100, 10],
      ['have', 130, 70],
      ['empty', 220, 10],
      ['missing', 100, 10],
      ['failed', 110, 20],
      ['missing', 300, 10],
      ['flight', 310, 10],
    ]);
    const part = rects.find(({ kind, x }) => kind === 'missing' && x === 100)!.part;
    expect([part, rects.at(-1)!.part]).toEqual([0.3, 1]);
  });

  it('keeps even a thin hole visible, and omits what is out of view', () => {
    const thin = rectsOf(row, { from: at(0), to: at(4_000) }, 400);
    expect(thin.filter(({ kind }) => kind === 'missing').map(({ width }) => width)).toEqual([2, 2]);
    expect(rectsOf(row, { from: at(15), to: at(16) }, 400)).toEqual([
      { kind: 'have', x: 0, width: 400, part: 1 },
    ]);
  });

  it('finds the run at a time, and a hole nearby', () => {
    expect(runAt(row.runs, at(12))).toBe(row.runs[2]);
    expect(runAt(row.runs, at(20))).toBeUndefined();
    expect(runAt(row.runs, at(-1))).toBeUndefined();
    expect(runNear(row, at(9), DAY)).toBe(row.runs[0]);
    expect(runNear(row, at(9), 2 * DAY)).toBe(row.runs[1]);
  });

  it('joins neighbouring holes, up to now', () => {
    expect(holeAround(row, at(12), at(50))).toEqual({ from: at(10), to: at(13) });
    expect(missingIn(row, { from: at(10), to: at(13) })).toBe(4 + 2 * 24);
    expect(holeAround(row, at(30), at(30.5))).toEqual({ from: at(30), to: at(30.5) });
    expect(holeAround(row, at(1), at(50))).toBeUndefined();
    expect(holeAround(row, at(31), at(50))).toBeUndefined();
  });

  it('moves from hole to hole, and wraps around', () => {
    const rows = [row, { ...row, runs: [run(5, 6, { missing: 1 })] }];
    let cell = nextHole(rows, cellAt(0, 'day', at(0)), 'day')!;
    const seen = [];
    for (let i = 0; i < 5; i++) {
      seen.push([cell.row, (cell.start - START) / DAY]);
      cell = nextHole(rows, cell, 'day')!;
    }
    expect(seen).toEqual([
      [0, 10],
      [0, 11],
      [0, 12],
      [0, 30],
      [1, 5],
    ]);
    expect([cell.row, cell.start]).toEqual([0, at(10)]);
    expect(nextHole([{ ...row, runs: [] }], cell, 'day')).toBeUndefined();
  });

  it('moves by the calendar', () => {
    const january = cellAt(0, 'month', at(15));
    expect(moved(january, 'month', 2)).toEqual({ row: 0, start: Date.UTC(2025, 2), end: Date.UTC(2025, 3) });
    expect(moved(january, 'month', -1).start).toBe(Date.UTC(2024, 11));
    expect(moved(cellAt(0, 'hour', at(1)), 'hour', -1)).toEqual({ row: 0, start: at(1) - HOUR, end: at(1) });
  });

  it('describes a cell in words', () => {
    expect(inWords(row, cellAt(0, 'day', at(10)))).toBe(
      'klines_spot BTCUSDT 1h, 2025-01-11 to 2025-01-12: 20 rows there, 4 rows missing',
    );
    expect(inWords(row, cellAt(0, 'day', at(22)))).toMatch(/24 steps proven empty \(venue outage\)$/);
    expect(inWords(row, cellAt(0, 'day', at(25)))).toMatch(/never requested$/);
  });
});

describe('the answer of the API', () => {
  const series = {
    source: 'klines_spot',
    symbol: 'BTCUSDT',
    timeframe: '1h',
    from: '2025-01-01T00:00:00Z',
    to: '2025-01-11T00:00:00Z',
    runs: [
      {
        from: '2025-01-01T00:00:00Z',
        to: '2025-01-04T00:00:00Z',
        buckets: 3,
        have: 20,
        empty: { 'zero-trade': 1 },
        failed: 1,
        in_flight: 1,
        missing: 1,
      },
    ],
  };
  it('is parsed with numeric times, and summed for each bucket', () => {
    expect(rowOf(series).runs[0]).toMatchObject({ start: at(0), end: at(3), inFlight: 1 });
    expect(summaryOf(series)).toEqual({ have: 60, empty: 3, failed: 3, inFlight: 3, missing: 3 });
  });
});

describe('the view', () => {
  const all = { from: at(0), to: at(2_000) };
  it('shows buckets that have room', () => {
    expect(bucketFor(all)).toBe('day');
    expect(bucketFor({ from: at(0), to: at(3_000) })).toBe('month');
    expect(bucketFor({ from: at(0), to: at(10) })).toBe('hour');
  });

  it('zooms around an instant and stays within the data', () => {
    expect(zoomed(all, all, 0.5, at(0))).toEqual({ from: at(0), to: at(1_000) });
    expect(zoomed(all, all, 0.5, at(2_000))).toEqual({ from: at(1_000), to: at(2_000) });
    expect(zoomed({ from: at(500), to: at(1_000) }, all, 100)).toEqual(all);
    expect(zoomed({ from: at(5), to: at(6) }, all, 0.001).to - at(5)).toBeLessThan(DAY);
    expect(panned({ from: at(1_900), to: at(2_000) }, all, 500 * DAY)).toEqual({
      from: at(1_900),
      to: at(2_000),
    });
    expect(showing({ from: at(10), to: at(20) }, all, { from: at(25), to: at(26) })).toEqual({
      from: at(16),
      to: at(26),
    });
  });

  it('has marks at calendar boundaries, not too close together', () => {
    for (const days of [0.5, 1, 3, 9, 40, 200, 900, 4_000, 20_000]) {
      const view = { from: at(0.3), to: at(0.3 + days) };
      const ticks = ticksOf(view, 800);
      expect(ticks.length).toBeGreaterThan(0);
      expect(ticks.length).toBeLessThanOrEqual(13);
      expect(ticks.every(({ at: t }) => t >= view.from && t < view.to)).toBe(true);
    }
    expect(ticksOf({ from: at(0), to: at(800) }, 300).map(({ label }) => label)).toEqual([
      '2025',
      '2026',
      '2027',
    ]);
  });
});
