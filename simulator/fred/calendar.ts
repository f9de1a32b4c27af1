import { DAY } from '../../functions/core/time/time.ts';

/** Which days a series knows: banks close on more days than exchanges do, and on fewer Fridays. */
export type Calendar = 'bank' | 'exchange';

const weekday = (at: number): number => new Date(at).getUTCDay();
export const isWeekend = (at: number): boolean => weekday(at) % 6 === 0;

/** The n-th (1…) given weekday of a month; n = -1: the last. */
export function nthWeekday(year: number, month: number, day: number, n: number): number {
  if (n < 0) {
    const last = Date.UTC(year, month + 1, 0);
    return last - ((weekday(last) - day + 7) % 7) * DAY;
  }
  const first = Date.UTC(year, month, 1);
  return first + (((day - weekday(first) + 7) % 7) + 7 * (n - 1)) * DAY;
}

/** Two days before Easter Sunday (Gregorian computus). */
function goodFriday(year: number): number {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const h = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const days = h + l - 7 * m + 114;
  return Date.UTC(year, Math.floor(days / 31) - 1, (days % 31) + 1) - 2 * DAY;
}

function holidaysOf(year: number, calendar: Calendar): Set<number> {
  const [monday, thursday] = [1, 4];
  const moving = [
    nthWeekday(year, 1, monday, 3),
    nthWeekday(year, 4, monday, -1),
    nthWeekday(year, 8, monday, 1),
    nthWeekday(year, 10, thursday, 4),
    ...(year >= 1986 ? [nthWeekday(year, 0, monday, 3)] : []),
    ...(calendar === 'exchange' ? [goodFriday(year)] : [nthWeekday(year, 9, monday, 2)]),
  ];
  const fixed = [
    Date.UTC(year, 0, 1),
    Date.UTC(year, 6, 4),
    Date.UTC(year, 11, 25),
    ...(year >= 2022 ? [Date.UTC(year, 5, 19)] : []),
    ...(calendar === 'bank' ? [Date.UTC(year, 10, 11)] : []),
  ].map((at) => {
    // Sunday's holiday is kept on Monday. Saturday's closes exchanges on Friday (but never a year's last day), not banks.
    if (weekday(at) === 0) return at + DAY;
    return weekday(at) === 6 && calendar === 'exchange' && at !== Date.UTC(year, 0, 1) ? at - DAY : at;
  });
  return new Set([...moving, ...fixed]);
}

const KNOWN = new Map<string, Set<number>>();

export function isHoliday(at: number, calendar: Calendar): boolean {
  const year = new Date(at).getUTCFullYear();
  const key = `${year} ${calendar}`;
  let days = KNOWN.get(key);
  if (!days) {
    days = holidaysOf(year, calendar);
    KNOWN.set(key, days);
  }
  return days.has(at);
}

/** The first bank day at or after a day. */
export function businessDay(at: number): number {
  let day = at;
  while (isWeekend(day) || isHoliday(day, 'bank')) day += DAY;
  return day;
}
