import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PeriodUnit, periodAt, periodsIn } from '../../../functions/core/time/period.ts';
import { normalize } from '../../../functions/core/time/range.ts';
import { DAY, HOUR } from '../../../functions/core/time/time.ts';

const unit = fc.constantFrom<PeriodUnit>('day', 'month', 'year');
const instant = fc.integer({ min: Date.UTC(2009, 0), max: Date.UTC(2040, 0) });

describe('periodAt', () => {
  it('holds its instant, and its name is the beginning of its dates', () => {
    fc.assert(
      fc.property(unit, instant, (u, at) => {
        const period = periodAt(u, at);
        expect(period.start <= at && at < period.end).toBe(true);
        for (const edge of [period.start, period.end - 1]) {
          expect(new Date(edge).toISOString().startsWith(period.name)).toBe(true);
        }
        expect(new Date(period.end).toISOString().startsWith(period.name)).toBe(false);
        expect(periodAt(u, period.end - 1)).toEqual(period);
      }),
    );
  });

  it('knows leap years', () => {
    expect(periodAt('month', Date.UTC(2024, 1, 29, 23))).toEqual({
      name: '2024-02',
      start: Date.UTC(2024, 1),
      end: Date.UTC(2024, 2),
    });
    expect(periodAt('year', Date.UTC(2024, 5)).end - Date.UTC(2024, 0)).toBe(366 * DAY);
  });
});

describe('periodsIn', () => {
  it('tiles the range, first and last period reaching over its ends', () => {
    fc.assert(
      fc.property(unit, instant, fc.integer({ min: 1, max: 400 * DAY }), (u, start, length) => {
        const range = { start, end: start + length };
        const periods = periodsIn(u, range);
        expect(normalize(periods)).toEqual([{ start: periods[0]!.start, end: periods.at(-1)!.end }]);
        expect(periods[0]).toEqual(periodAt(u, range.start));
        expect(periods.at(-1)).toEqual(periodAt(u, range.end - 1));
      }),
    );
  });

  it('is empty for an empty range and exact at borders', () => {
    const noon = Date.UTC(2025, 2, 1, 12);
    expect(periodsIn('day', { start: noon, end: noon })).toEqual([]);
    const day = { start: Date.UTC(2025, 2, 1), end: Date.UTC(2025, 2, 2) };
    expect(periodsIn('day', day).map((p) => p.name)).toEqual(['2025-03-01']);
    expect(periodsIn('month', { start: day.start - HOUR, end: day.end }).map((p) => p.name)).toEqual([
      '2025-02',
      '2025-03',
    ]);
  });
});
