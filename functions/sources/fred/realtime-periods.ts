import { addYears, DAY, floorTo, isoDay } from '../../core/time/time.ts';

/** A real-time period: the values that were known at any time in it. Days, both inclusive, as FRED writes them. */
export interface RealtimePeriod {
  readonly realtime_start: string;
  readonly realtime_end: string;
}

const EVER_BEFORE = '1776-07-04';
const FOR_EVER = '9999-12-31';
/** Archives of daily series begin after this; older values have one vintage. */
const ARCHIVES_FROM = Date.UTC(2000, 0, 1);
/**
 * FRED refuses a period with more than 2,000 vintage dates, and every day of publication is one for a daily series. Seven
 * years have 1,830 working days. (Five would do even for one that is published on Sundays, and cost more requests.)
 */
const YEARS = 7;

/**
 * The real-time periods that together cover all vintages of the observations from a day on: nothing is known of an
 * observation before its day. In order, touching, the last one without an end.
 * @param now epoch ms
 */
export function realtimePeriodsFrom(observation: number, now: number): readonly RealtimePeriod[] {
  const out: RealtimePeriod[] = [];
  // St. Louis is behind UTC, and a period that begins tomorrow there is refused.
  let from = Math.min(floorTo(observation, DAY), floorTo(now, DAY) - DAY);
  if (from < ARCHIVES_FROM) {
    out.push({ realtime_start: EVER_BEFORE, realtime_end: isoDay(ARCHIVES_FROM - DAY) });
    from = ARCHIVES_FROM;
  }
  for (let next = addYears(from, YEARS); next < now; next = addYears(from, YEARS)) {
    out.push({ realtime_start: isoDay(from), realtime_end: isoDay(next - DAY) });
    from = next;
  }
  return [...out, { realtime_start: isoDay(from), realtime_end: FOR_EVER }];
}
