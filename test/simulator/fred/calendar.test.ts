import { describe, expect, it } from 'vitest';
import { isHoliday, nthWeekday } from '../../../simulator/fred/calendar.ts';

describe('calendar', () => {
  it('knows the holidays of a year', () => {
    const closed = (day: string) => [
      isHoliday(Date.parse(day), 'bank'),
      isHoliday(Date.parse(day), 'exchange'),
    ];
    for (const day of [
      '2025-01-01',
      '2025-01-20',
      '2025-02-17',
      '2025-05-26',
      '2025-07-04',
      '2025-09-01',
      '2025-11-27',
      '2025-12-25',
    ]) {
      expect(closed(day), day).toEqual([true, true]);
    }
    expect(closed('2025-11-11')).toEqual([true, false]);
    expect(closed('2024-03-29')).toEqual([false, true]);
    // Sunday's holiday is kept on Monday; Saturday's Independence Day of 2026 closes exchanges on Friday.
    expect(closed('2023-01-02')).toEqual([true, true]);
    expect(closed('2026-07-03')).toEqual([false, true]);
    expect(nthWeekday(2025, 10, 4, 4)).toBe(Date.parse('2025-11-27'));
  });
});
