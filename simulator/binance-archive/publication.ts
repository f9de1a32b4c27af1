import { type Period, periodAt, periodsIn } from '../../functions/core/time/period.ts';
import { DAY, HOUR, MINUTE } from '../../functions/core/time/time.ts';
import type { VenueContext } from '../frame/module.ts';
import { computedMarket } from '../market/computed.ts';
import { contractOf } from '../market/contracts.ts';
import { hash32, seedOf } from '../numbers/noise.ts';
import { type ArchiveObject, computedIn, isKlines, marketNameOf } from './keys.ts';

const MONDAY = 1;
const METRICS_FROM = {
  BTCUSDT: Date.UTC(2020, 8, 1),
  others: Date.UTC(2021, 11, 1),
  coinM: Date.UTC(2023, 5, 25),
};
const FUNDING_FROM = { spot: 0, um: Date.UTC(2020, 0), cm: Date.UTC(2022, 6) };

/** Daily files appear between 06:57 and 07:41 of the next day, monthly ones on the next month's first Monday. */
export const publishedAt = ({
  unit,
  period,
  symbol,
}: Pick<ArchiveObject, 'unit' | 'period' | 'symbol'>): number => afterEnd(unit, period.end, seedOf(symbol));

function afterEnd(unit: ArchiveObject['unit'], end: number, symbolSeed: number): number {
  if (unit === 'day') return end + 6 * HOUR + (57 + (hash32(symbolSeed, end / DAY) % 45)) * MINUTE;
  const monday = (MONDAY - new Date(end).getUTCDay() + 7) % 7;
  return end + monday * DAY + 8 * HOUR;
}

/** When the object was last published, with republications by faults and overrides. */
export function modifiedAt({ faults, overrides }: VenueContext, object: ArchiveObject): number {
  const { symbol, interval, period, key } = object;
  const market = marketNameOf(object);
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
  const listed = contractOf(object.market, object.symbol);
  if (!listed) return undefined;
  const computed = computedIn(object.dataset);
  const contract = computed ? computedMarket(computed, listed) : listed;
  const others = object.market === 'cm' ? METRICS_FROM.coinM : METRICS_FROM.others;
  const metrics = object.symbol === 'BTCUSDT' ? METRICS_FROM.BTCUSDT : others;
  const candles = contract.archiveFrom ?? 0;
  const trades = object.dataset === 'aggTrades';
  const from = trades
    ? 0
    : isKlines(object.dataset)
      ? candles
      : object.dataset === 'metrics'
        ? metrics
        : FUNDING_FROM[object.market];
  const end = contract.delistedAt ?? Infinity;
  // Metrics are of positions: they end with them; nobody trades, and prices are computed no more.
  const frozen = object.dataset === 'metrics' || computed || trades ? end : (contract.frozenUntil ?? end);
  return { start: Math.max(contract.listedAt, from), end: frozen };
}

/** Whether the file is available at an instant. */
export function isPublished(object: ArchiveObject, now: number): boolean {
  const life = lifeOf(object);
  if (!life || object.period.end <= life.start || object.period.start >= life.end) return false;
  return outBy(object, now)(object.period);
}

/** Computed prices: no file of a month is older, and the premium's files of these days are missing. */
const COMPUTED_MONTHS_FROM = Date.UTC(2020, 0);
const LOST_PREMIUMS = { start: Date.UTC(2021, 0, 24), end: Date.UTC(2021, 1, 20) };

/** Days of COIN-M's metrics that do not exist. */
const LOST_METRICS = { start: Date.UTC(2024, 2, 4), end: Date.UTC(2024, 5, 9) };

function isLost({ market, dataset, unit, symbol }: Series, period: Period): boolean {
  if (market === 'cm' && dataset === 'metrics')
    return LOST_METRICS.start <= period.start && period.end <= LOST_METRICS.end;
  if (computedIn(dataset) === undefined) return false;
  if (unit === 'month') return period.start < COMPUTED_MONTHS_FROM;
  const { start, end } = LOST_PREMIUMS;
  return (
    dataset === 'premiumIndexKlines' && symbol === 'BTCUSDT' && start <= period.start && period.end <= end
  );
}

type Series = Pick<ArchiveObject, 'market' | 'symbol' | 'dataset' | 'unit'>;

/** Every period of a series that is published by now, oldest first. */
export function publishedPeriods(series: Series, now: number) {
  const range = pastPeriods(series, now);
  return range ? periodsIn(series.unit, range).filter(outBy(series, now)) : [];
}

/** Whether any period of a series is published by now: a listing of all symbols needs no more. */
export function isPublishedAtAll(series: Series, now: number): boolean {
  const range = pastPeriods(series, now);
  if (!range) return false;
  const isOut = outBy(series, now);
  let period = periodAt(series.unit, range.start);
  while (period.start < range.end) {
    if (isOut(period)) return true;
    period = periodAt(series.unit, period.end);
  }
  return false;
}

/** The part of a series' life of which periods are over; undefined: none. */
function pastPeriods(series: Series, now: number): { start: number; end: number } | undefined {
  const life = lifeOf(series);
  if (!life) return undefined;
  const end = Math.min(life.end, periodAt(series.unit, now).start);
  return end > life.start ? { start: life.start, end } : undefined;
}

/**
 * Whether the file of a period is available at an instant. A period entirely between two lives of the symbol has no file, and some
 * symbols have no file of a month. What holds of the whole series is looked up once: a folder has thousands of periods.
 */
function outBy(series: Series, now: number): (period: Period) => boolean {
  const { unit, market, symbol } = series;
  const { dailyOnly, away } = contractOf(market, symbol) ?? {};
  const seed = seedOf(symbol);
  return (period) => {
    if (afterEnd(unit, period.end, seed) > now || (dailyOnly && unit === 'month')) return false;
    if (away && away.start <= period.start && period.end <= away.end) return false;
    return !isLost(series, period);
  };
}
