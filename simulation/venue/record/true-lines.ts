import type { Series } from '../../../functions/core/series/series.ts';
import { canonicalLine } from '../../../functions/core/verify/canonical.ts';
import { STATISTICS } from '../../../functions/sources/binance/metrics/statistics.ts';
import { funding_binance } from '../../../functions/sources/funding/funding_binance.ts';
import { klines_perp } from '../../../functions/sources/klines/klines_perp.ts';
import { klines_spot } from '../../../functions/sources/klines/klines_spot.ts';
import { BQ, BV, C, H, L, N, O, Q, Rows, V } from '../../../simulator/market/rows.ts';
import type { Place } from '../../faults/fault.ts';
import type { Listed } from '../market/book.ts';
import { type Row, type Rowset, SLOT } from '../market/content.ts';
import { DIGITS } from '../market/values.ts';
import { contractOf } from '../wire/contracts.ts';
import { settledOf } from '../wire/funding.ts';
import type { Stock } from '../wire/klines.ts';
import { readingsOf } from '../wire/metrics.ts';

/** A series as the venue has it. */
export interface About {
  readonly set: Rowset;
  /** from one row to the next; ms */
  readonly every: number;
  /** of a statistic */
  readonly route?: string;
}

interface At {
  readonly t: number;
  readonly place: Place;
  readonly row: Row;
  /** of a statistic: how files label the instant */
  readonly labels: readonly number[];
}

/**
 * The row as its table should have it, in canonical lines: several where what the place leaves out may be inferred or not,
 * such as the interval of a settlement.
 */
export function linesOf(stock: Stock, series: Series, { set, route }: About, at: At): string[] {
  if (set.dataset === 'klines') return [candleLine(stock, series, set.step, at)];
  if (set.dataset === 'funding') return settlementLines(stock, series, set.listed, at);
  return readingLines(stock, series, set.listed, route!, at);
}

function candleLine({ values }: Stock, series: Series, step: number, { t, row }: At): string {
  const rows = new Rows(1);
  if (row.frozen) values.frozen(rows, row.of, t);
  else values.candle(rows, row.of, step, t, row.edition);
  const number = (column: number, digits: number): number => rows.get(0, column) / 10 ** digits;
  const { price, lot, quote } = DIGITS;
  const cells = [
    series.symbol,
    series.timeframe,
    t,
    ...[O, H, L, C].map((column) => number(column, price)),
    number(V, lot),
    number(Q, quote),
    number(N, 0),
    number(BV, lot),
    number(BQ, quote),
  ];
  const { table } = series.source === 'klines_spot' ? klines_spot : klines_perp;
  return canonicalLine(table, cells);
}

/** Whatever the neighbours of an answer say, an interval has whole hours, or nobody knows it. */
const HOURS = [null, 1, 2, 3, 4, 5, 6, 7, 8];

function settlementLines(stock: Stock, { symbol }: Series, listed: Listed, { t, place, row }: At): string[] {
  const { time, intervalHours, rate, mark } = settledOf(stock, listed, t, row);
  const { table } = funding_binance;
  const line = (hours: number | null, price: number | null): string =>
    canonicalLine(table, ['binance', symbol, t, time, rate / 1e8, hours, price]);
  if (place !== 'rest') return [line(intervalHours, null)];
  return HOURS.map((hours) => line(hours, mark / 10 ** DIGITS.price));
}

const CROWDS = {
  topLongShortAccountRatio: 'topAccounts',
  topLongShortPositionRatio: 'topPositions',
  globalLongShortAccountRatio: 'allAccounts',
} as const;

const FILE_DECIMALS = 8;
const ANSWER_DECIMALS = 4;

function readingLines(
  stock: Stock,
  series: Series,
  listed: Listed,
  route: string,
  { t, place, row, labels }: At,
): string[] {
  const statistic = STATISTICS.find((one) => one.route === route)!;
  const readings = readingsOf(stock, row);
  const contract = contractOf(listed, t);
  const inFile = place !== 'rest';
  const round = (value: number): number => Number(value.toFixed(inFile ? FILE_DECIMALS : ANSWER_DECIMALS));
  const valuesOf = (): (number | undefined)[] => {
    if (route === 'openInterestHist') {
      const { lots, value } = readings.openInterest(contract, t);
      return [lots / 10 ** DIGITS.lot, value / 1e4];
    }
    if (route === 'takerlongshortRatio') {
      const { bought, sold } = readings.takerVolume(contract, t - SLOT, SLOT);
      const ratio = round(bought / sold);
      return inFile ? [ratio] : [ratio, bought / 10 ** DIGITS.lot, sold / 10 ** DIGITS.lot];
    }
    const long = readings.longShare(contract, CROWDS[route as keyof typeof CROWDS], t);
    const ratio = round(long / (10_000 - long));
    return inFile ? [ratio] : [ratio, long / 1e4, (10_000 - long) / 1e4];
  };
  const values = valuesOf();
  const answered = route === 'takerlongshortRatio' ? t - SLOT : t;
  const all = inFile ? labels : [answered];
  return all.map((label) =>
    canonicalLine(
      statistic.table,
      statistic.row(series, { time: t, label: label === t ? null : label }, values),
    ),
  );
}
