import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY, isoDay } from '../../../functions/core/time/time.ts';
import { realtimePeriodsFrom } from '../../../functions/sources/fred/realtime-periods.ts';

const NOW = Date.parse('2026-11-21T03:00:00Z');

describe('real-time periods', () => {
  it('are one for a recent observation', () => {
    expect(realtimePeriodsFrom(Date.parse('2024-05-01'), NOW)).toEqual([
      { realtime_start: '2024-05-01', realtime_end: '9999-12-31' },
    ]);
  });

  it('begin with all that was archived before daily archives', () => {
    expect(realtimePeriodsFrom(Date.parse('1962-01-02'), NOW)).toEqual([
      { realtime_start: '1776-07-04', realtime_end: '1999-12-31' },
      { realtime_start: '2000-01-01', realtime_end: '2006-12-31' },
      { realtime_start: '2007-01-01', realtime_end: '2013-12-31' },
      { realtime_start: '2014-01-01', realtime_end: '2020-12-31' },
      { realtime_start: '2021-01-01', realtime_end: '9999-12-31' },
    ]);
  });

  it('never begin on a day that has not come in St. Louis', () => {
    expect(realtimePeriodsFrom(Date.parse('2026-11-21'), NOW)[0]!.realtime_start).toBe('2026-11-20');
  });

  it('touch each other, begin no later than the observation and hold fewer working days than FRED allows', () => {
    const day = fc.integer({ min: Date.UTC(1950, 0) / DAY, max: Math.floor(NOW / DAY) });
    fc.assert(
      fc.property(day, (days) => {
        const periods = realtimePeriodsFrom(days * DAY, NOW);
        expect(periods[0]!.realtime_start <= isoDay(days * DAY)).toBe(true);
        expect(periods.at(-1)!.realtime_end).toBe('9999-12-31');
        for (const [i, { realtime_start, realtime_end }] of periods.entries()) {
          const end = Math.min(Date.parse(realtime_end), NOW);
          const length = (end - Math.max(Date.parse(realtime_start), Date.UTC(2000, 0))) / DAY;
          expect((length * 5) / 7).toBeLessThan(1_990);
          const next = periods[i + 1];
          if (next) expect(next.realtime_start).toBe(isoDay(Date.parse(realtime_end) + DAY));
        }
      }),
    );
  });
});
