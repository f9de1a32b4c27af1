import type { Range } from './range.ts';
import { DAY, floorTo, isoDay, isoMonth } from './time.ts';

/** The calendar units by which archives are cut and work is chunked. */
export type PeriodUnit = 'day' | 'month' | 'year';

export interface Period extends Range {
  /** `2025-03-14`, `2025-03` or `2025` */
  readonly name: string;
}

/** The last period of each unit: an instant mostly lies in the same one as the instant before. */
const last = new Map<PeriodUnit, Period>();

/** The whole UTC day, month or year that holds the instant. */
export function periodAt(unit: PeriodUnit, at: number): Period {
  const known = last.get(unit);
  if (known && known.start <= at && at < known.end) return known;
  const period = periodOf(unit, at);
  last.set(unit, period);
  return period;
}

function periodOf(unit: PeriodUnit, at: number): Period {
  if (unit === 'day') {
    const start = floorTo(at, DAY);
    return { name: isoDay(start), start, end: start + DAY };
  }
  const d = new Date(at);
  const year = d.getUTCFullYear();
  if (unit === 'year') return { name: String(year), start: Date.UTC(year, 0), end: Date.UTC(year + 1, 0) };
  const month = d.getUTCMonth();
  const start = Date.UTC(year, month);
  return { name: isoMonth(start), start, end: Date.UTC(year, month + 1) };
}

/** Every period that a range touches, in order. */
export function periodsIn(unit: PeriodUnit, range: Range): Period[] {
  const out: Period[] = [];
  for (let at = range.start; at < range.end; ) {
    const period = periodAt(unit, at);
    out.push(period);
    at = period.end;
  }
  return out;
}
