import { periodAt, periodsIn } from '../../functions/core/time/period.ts';
import { DAY, HOUR, MINUTE } from '../../functions/core/time/time.ts';
import type { VenueContext } from '../frame/module.ts';
import { contractOf } from '../market/contracts.ts';
import { hash32, seedOf } from '../numbers/noise.ts';
import type { ArchiveObject } from './keys.ts';

const MONDAY = 1;
const METRICS_FROM = { BTCUSDT: Date.UTC(2020, 8, 1), others: Date.UTC(2021, 11, 1) };
const FUNDING_FROM = Date.UTC(2020, 0);

/** Daily files appear between 06:57 and 07:41 of the next day, monthly ones on the next month's first Monday. */
export function publishedAt(object: Pick<ArchiveObject, 'unit' | 'period' | 'symbol'>): number {
  const { end } = object.period;
  if (object.unit === 'day') {
    return end + 6 * HOUR + (57 + (hash32(seedOf(object.symbol), end / DAY) % 45)) * MINUTE;
  }
  const monday = (MONDAY - new Date(end).getUTCDay() + 7) % 7;
  return end + monday * DAY + 8 * HOUR;
}

/** When the object was last published, with republications by faults and overrides. */
export function modifiedAt({ faults, overrides }: VenueContext, object: ArchiveObject): number {
  const { market, symbol, interval, period, key } = object;
  return Math.max(
    publishedAt(object),
    overrides.replacedAt(market, symbol, interval, period.name) ?? 0,
    faults.editedAt('binance-archive', `GET /binance-archive/${key}`) ?? 0,
  );
}

/** The part of a symbol's life that a dataset covers, `[start, end)`; undefined: nothing, ever. */
export function lifeOf(
  object: Pick<ArchiveObject, 'market' | 'symbol' | 'dataset'>,
): { start: number; end: number } | undefined {
  const contract = contractOf(object.market, object.symbol);
  if (!contract) return undefined;
  const metrics = object.symbol === 'BTCUSDT' ? METRICS_FROM.BTCUSDT : METRICS_FROM.others;
  const from = { aggTrades: 0, klines: 0, fundingRate: FUNDING_FROM, metrics }[object.dataset];
  const end = contract.delistedAt ?? Infinity;
  // Metrics are of positions, and trades happen: they end with the symbol.
  const frozen =
    object.dataset === 'metrics' || object.dataset === 'aggTrades' ? end : (contract.frozenUntil ?? end);
  return { start: Math.max(contract.listedAt, from), end: frozen };
}

/** Whether the file can be had at an instant. */
export function isPublished(object: ArchiveObject, now: number): boolean {
  const life = lifeOf(object);
  if (!life || object.period.end <= life.start || object.period.start >= life.end) return false;
  return publishedAt(object) <= now && !isAway(object);
}

/** A period entirely between two lives of the symbol has no file. */
function isAway({ market, symbol, period }: Pick<ArchiveObject, 'market' | 'symbol' | 'period'>): boolean {
  const away = contractOf(market, symbol)?.away;
  return away !== undefined && away.start <= period.start && period.end <= away.end;
}

type Series = Pick<ArchiveObject, 'market' | 'symbol' | 'dataset' | 'unit'>;

/** Every period of a series that is published by now, oldest first. */
export function publishedPeriods(series: Series, now: number) {
  const range = pastOf(series, now);
  return range ? periodsIn(series.unit, range).filter((period) => isOut(series, period, now)) : [];
}

/** Whether any period of a series is published by now: a listing of all symbols needs no more. */
export function isPublishedAtAll(series: Series, now: number): boolean {
  const range = pastOf(series, now);
  if (!range) return false;
  let period = periodAt(series.unit, range.start);
  while (period.start < range.end) {
    if (isOut(series, period, now)) return true;
    period = periodAt(series.unit, period.end);
  }
  return false;
}

/** The part of a series' life of which periods are over; undefined: none. */
function pastOf(series: Series, now: number): { start: number; end: number } | undefined {
  const life = lifeOf(series);
  if (!life) return undefined;
  const end = Math.min(life.end, periodAt(series.unit, now).start);
  return end > life.start ? { start: life.start, end } : undefined;
}

const isOut = (series: Series, period: ArchiveObject['period'], now: number): boolean =>
  publishedAt({ ...series, period }) <= now && !isAway({ ...series, period });
