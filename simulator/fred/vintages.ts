import { addYears, DAY, HOUR, isoDay } from '../../functions/core/time/time.ts';
import { curve } from '../numbers/curve.ts';
import { smooth, streamOf, unit } from '../numbers/noise.ts';
import { isHoliday, isWeekend } from './calendar.ts';
import { LEVELS } from './levels.ts';
import { BOND_NOISE, type Series } from './series.ts';

export const FOR_EVER = '9999-12-31';

/** One value of one observation and the days, both inclusive, on which it was the known one. */
export interface Vintage {
  readonly date: string;
  readonly value: string;
  readonly from: string;
  readonly until: string;
}

/** FRED's day is that of St. Louis; summer time is not followed here. */
export const centralDay = (at: number): string => isoDay(at - 6 * HOUR);

const CURVES = new Map(Object.entries(LEVELS).map(([id, knots]) => [id, curve(knots)]));

/** Everything published by an instant, oldest observation first. */
export function vintages(seed: number, series: Series, now: number): Vintage[] {
  const today = centralDay(now);
  const archived = series.archivedFrom === undefined ? today : isoDay(series.archivedFrom);
  const stream = streamOf(seed, 'fred', series.id);
  const out: Vintage[] = [];
  for (const day of observationDays(series, now)) {
    const date = isoDay(day);
    const known = releases(series, day, stream).filter(({ at }) => at <= now);
    known.forEach(({ at, change }, i) => {
      const from = later(centralDay(at), archived);
      const next = known[i + 1];
      const until = next ? isoDay(Date.parse(later(centralDay(next.at), archived)) - DAY) : FOR_EVER;
      if (until >= from) out.push({ date, value: valueAt(seed, series, day, change), from, until });
    });
  }
  return out;
}

/** Days compare as text. */
export function later(a: string, b: string): string {
  if (a > b) return a;
  return b;
}

export function earlier(a: string, b: string): string {
  if (a < b) return a;
  return b;
}

function* observationDays({ frequency, first, keptYears }: Series, now: number): Generator<number> {
  const oldest =
    keptYears === undefined ? first : Math.max(first, addYears(Math.floor(now / DAY) * DAY, -keptYears));
  if (frequency === 'monthly') {
    const d = new Date(oldest);
    for (let month = d.getUTCMonth(); ; month++) {
      const day = Date.UTC(d.getUTCFullYear(), month, 1);
      if (day > now) return;
      yield day;
    }
  }
  const step = frequency === 'weekly' ? 7 * DAY : DAY;
  for (let day = oldest; day <= now; day += step) {
    if (frequency !== 'business' || !isWeekend(day)) yield day;
  }
}

interface Release {
  readonly at: number;
  /** relative change against the final value */
  readonly change: number;
}

/** First the value as it came out, then the one it was revised to. */
function releases({ published, revised }: Series, day: number, stream: number): Release[] {
  const draw = unit(stream + 7, day / DAY);
  if (!revised || draw >= revised.share) return [{ at: published(day), change: 0 }];
  const change = revised.by * (2 * unit(stream + 8, day / DAY) - 1);
  return [
    { at: published(day), change },
    { at: revised.at(day), change: 0 },
  ];
}

function valueAt(seed: number, series: Series, day: number, change: number): string {
  if (series.calendar && isHoliday(day, series.calendar)) return '.';
  if (series.id === 'T10Y2Y') {
    const yieldOf = (id: string): number => rounded(seed, id, 2, BOND_NOISE, day);
    return (yieldOf('DGS10') - yieldOf('DGS2')).toFixed(2);
  }
  const { id, digits, noise, floor } = series;
  // The effective rate of a weekend is Friday's.
  const back = series.frequency === 'daily' ? [2, 0, 0, 0, 0, 0, 1][new Date(day).getUTCDay()] : 0;
  const value = rounded(seed, id, digits, noise, day - (back ?? 0) * DAY) * (1 + change);
  return Math.max(floor, value).toFixed(digits);
}

function rounded(seed: number, id: string, digits: number, noise: number, day: number): number {
  const stream = streamOf(seed, 'fred', id);
  const level = CURVES.get(id)?.(day) ?? Number.NaN;
  const swing = 0.8 * smooth(stream + 1, day, 40 * DAY) + 0.3 * smooth(stream + 2, day, 8 * DAY);
  const factor = 1 + noise * (3 * swing + 0.7 * (2 * unit(stream + 3, day / DAY) - 1));
  return Number((level * factor).toFixed(digits));
}
