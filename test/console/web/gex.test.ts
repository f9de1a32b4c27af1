import { describe, expect, it } from 'vitest';
import type { Rows } from '../../../console/web/series/data.ts';
import { binned, expiriesOf, gridOf, strikesOf } from '../../../console/web/series/gex/exposure.ts';
import { loadHistory } from '../../../console/web/series/gex/history.ts';
import { MOST_ROWS } from '../../../functions/core/queries/ports.ts';

const option = (time: string, strike: number, expiry: string, call: number | null, put: number | null) => ({
  time,
  strike,
  expiry,
  call_gex: call,
  put_gex: put,
  spot: 100,
});

describe('a snapshot of options', () => {
  it('sums gamma by strike over the newest snapshot alone', () => {
    const rows = [
      option('2025-01-01T00:00:00Z', 90, '2025-02', 99, 99),
      option('2025-01-01T01:00:00Z', 110, '2025-02', 3, null),
      option('2025-01-01T01:00:00Z', 90, '2025-02', 1, 2),
      option('2025-01-01T01:00:00Z', 90, '2025-03', 4, 5),
    ];
    expect(strikesOf(rows)).toEqual({
      at: '2025-01-01T01:00:00Z',
      spot: 100,
      expiries: ['2025-02', '2025-03'],
      strikes: [
        { strike: 90, call: 5, put: 7 },
        { strike: 110, call: 3, put: 0 },
      ],
    });
    expect(strikesOf(rows, '2025-03').strikes).toEqual([{ strike: 90, call: 4, put: 5 }]);
  });

  it('is summed up by expiry as well, the next one first', () => {
    const at = '2025-01-01T01:00:00Z';
    const rows = [
      option('2025-01-01T00:00:00Z', 90, '2025-02', 99, 99),
      option(at, 90, '2025-03', 4, 5),
      option(at, 90, '2025-02', 1, null),
      option(at, 110, '2025-02', 3, 2),
    ];
    expect(expiriesOf(rows)).toEqual([
      { expiry: '2025-02', call: 4, put: 2 },
      { expiry: '2025-03', call: 4, put: 5 },
    ]);
  });
});

describe('exposure by strike and hour', () => {
  const [early, late] = ['2025-01-01T00:00:00Z', '2025-01-01T02:00:00Z'];
  const rows = [
    option(late, 100, '2025-02', 5, 1),
    option(early, 100, '2025-02', 1, 4),
    option(early, 104, '2025-03', 2, null),
    option(late, 900, '2025-02', 99, 99),
  ];

  it('has a column for each snapshot and a line for each width of strikes near the price', () => {
    const grid = gridOf(rows, { measure: 'net', most: 4 })!;
    expect(grid).toEqual({
      times: [Date.parse(early), Date.parse(late)],
      strikes: [100, 101, 102, 103, 104],
      width: 1,
      spots: [100, 100],
      values: [
        [-3, 0, 0, 0, 2],
        [4, 0, 0, 0, 0],
      ],
      largest: 4,
    });
    expect(gridOf(rows, { measure: 'gross', most: 1 })!.values).toEqual([[7], [6]]);
  });

  it('can be that of one expiry, and is nothing where none is near', () => {
    expect(gridOf(rows, { measure: 'net', expiry: '2025-03', most: 4 })!.values).toEqual([[2]]);
    expect(gridOf([option(late, 900, '2025-02', 1, 1)], { measure: 'net', most: 4 })).toBeUndefined();
  });

  it('is loaded page by page, a snapshot that a page cuts in two once more', async () => {
    const all: Rows = Array.from({ length: 25_000 }, (_, i) => ({
      time: new Date(Date.UTC(2025, 0, 1, Math.floor(i / 900))).toISOString(),
      strike: i,
    }));
    const loaded = await loadHistory(Date.UTC(2025, 0, 1), async ({ to, limit }) =>
      all.filter(({ time }) => to === undefined || (time as string) < to).slice(-limit),
    );
    expect(loaded).toEqual(all);
    const wide: Rows = Array.from({ length: MOST_ROWS }, (_, strike) => ({ time: early, strike }));
    expect(await loadHistory(0, async () => wide)).toHaveLength(MOST_ROWS);
  });
});

describe('many strikes', () => {
  const strikes = Array.from({ length: 100 }, (_, i) => ({ strike: 1_000 + i * 10, call: 1, put: 2 }));

  it('are joined to so many as can be read, and nothing is lost', () => {
    const bins = binned(strikes, 36);
    expect(bins.map(({ strike }) => strike).slice(0, 3)).toEqual([1_000, 1_050, 1_100]);
    expect(bins).toHaveLength(20);
    expect(bins[0]).toEqual({ strike: 1_000, call: 5, put: 10 });
    expect(bins.reduce((sum, { put }) => sum + put, 0)).toBe(200);
  });

  it('stay as they are where they are few', () => {
    expect(binned(strikes.slice(0, 36), 36)).toEqual(strikes.slice(0, 36));
    expect(binned([], 36)).toEqual([]);
  });
});
