import { DAY, HOUR, isoDay } from '../../../functions/core/time/time.ts';
import { json } from '../../../simulator/frame/answer.ts';
import type { Limiter } from '../../../simulator/frame/limiter.ts';
import type { VenueAnswer, VenueRequest } from '../../../simulator/frame/module.ts';
import type { Values } from '../market/values.ts';
import type { Stock } from './klines.ts';

export const COINMETRICS = { id: 'coinmetrics', limit: 10, windowMs: 6_000 };

/** The first day of the metric; epoch ms. */
const FROM = Date.UTC(2020, 0);
/** A day's value comes out this long after its end. */
const PUBLISHED_AFTER = 2.5 * HOUR;

/** When the value of a day becomes available; epoch ms, Infinity where there is none. */
export const cappedAt = (day: number): number =>
  day < FROM ? Number.POSITIVE_INFINITY : day + DAY + PUBLISHED_AFTER;

/** In dollars. */
export const capOf = (values: Values, day: number): number =>
  1e12 + values.option('market cap', day).openInterest * 1e9;

/** A page of `timeseries/asset-metrics`, of the one asset and metric that are requested here. */
export function marketCapAnswer(
  { values }: Stock,
  limiter: Limiter,
  { at, ip, query }: VenueRequest,
): VenueAnswer {
  if (!limiter.take(COINMETRICS.id, ip, 1).allowed) {
    const error = { type: 'too_many_requests', message: 'Too many requests.' };
    return json({ error }, { status: 429 });
  }
  const wanted = new Map(query);
  const bound = (name: string, otherwise: number): number =>
    Date.parse(wanted.get(name) ?? isoDay(otherwise));
  const last = Math.min(bound('end_time', at), at - PUBLISHED_AFTER - DAY);
  const days: number[] = [];
  for (let day = Math.max(bound('start_time', FROM), FROM); day <= last; day += DAY) days.push(day);
  const size = Number(wanted.get('page_size'));
  const page = wanted.get('paging_from') === 'start' ? days.slice(0, size) : days.slice(-size);
  const metric = wanted.get('metrics')!;
  return json({
    data: page.map((day) => ({
      asset: 'btc',
      time: `${isoDay(day)}T00:00:00.000000000Z`,
      [metric]: String(capOf(values, day)),
    })),
  });
}
