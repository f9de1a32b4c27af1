import { describe, expect, it } from 'vitest';
import { countingParts } from '../../../functions/core/jobs/job-series.ts';
import { measure } from '../../../functions/core/time/range.ts';
import { DAY, MINUTE } from '../../../functions/core/time/time.ts';

const YEAR = { start: Date.UTC(2025, 0), end: Date.UTC(2026, 0) };

describe('the parts in which a range is counted', () => {
  it('are as many as sessions may count, and meet at beginnings of months', () => {
    expect(countingParts(YEAR, MINUTE, 4)).toEqual([
      { start: Date.UTC(2025, 0), end: Date.UTC(2025, 3) },
      { start: Date.UTC(2025, 3), end: Date.UTC(2025, 6) },
      { start: Date.UTC(2025, 6), end: Date.UTC(2025, 9) },
      { start: Date.UTC(2025, 9), end: Date.UTC(2026, 0) },
    ]);
  });

  it('are one where other series have the sessions, or where there is little to count', () => {
    expect(countingParts(YEAR, MINUTE, 1)).toEqual([YEAR]);
    expect(countingParts(YEAR, MINUTE, 0)).toEqual([YEAR]);
    expect(countingParts(YEAR, 60 * MINUTE, 4)).toEqual([YEAR]);
  });

  it('cover the range without a hole or an overlap, wherever it begins', () => {
    for (const days of [140, 300, 1_000]) {
      for (const offset of [0, 1, 17 * DAY + MINUTE]) {
        const range = { start: YEAR.start + offset, end: YEAR.start + offset + days * DAY };
        const parts = countingParts(range, MINUTE, 4);
        expect(parts.length).toBeGreaterThan(1);
        expect(parts[0]!.start).toBe(range.start);
        expect(parts.at(-1)!.end).toBe(range.end);
        expect(parts.slice(1).map(({ start }) => start)).toEqual(parts.slice(0, -1).map(({ end }) => end));
        expect(measure(parts)).toBe(measure([range]));
        expect(parts.every(({ start, end }) => start < end)).toBe(true);
      }
    }
  });

  it('are one within a month, which one lock covers', () => {
    const days = { start: YEAR.start, end: YEAR.start + 3 * DAY };
    expect(countingParts(days, 1_000, 4)).toEqual([days]);
  });
});
