import type { Series } from '../../../functions/core/series/series.ts';
import type { TableSpec } from '../../../functions/core/series/table.ts';
import { type Cell, canonicalLine } from '../../../functions/core/verify/canonical.ts';
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

/** A row as its table should have it, in the order of the table's columns. */
type Cells = readonly Cell[];

/** Several where what the place leaves out may be inferred or not, such as the interval of a settlement. */
export interface TrueRows {
  readonly table: TableSpec;
  readonly rows: readonly Cells[];
}

export function rowsOf(stock: Stock, series: Series, { set, route }: About, at: At): TrueRows {
  if (set.dataset === 'klines') return candle(stock, series, set.step, at);
  if (set.dataset === 'funding') return settlements(stock, series, set.listed, at);
  return readings(stock, series, set.listed, route!, at);
}

/** In canonical lines. */
export const linesOf = ({ table, rows }: TrueRows): string[] =>
  rows.map((cells) => canonicalLine(table, cells));

/** A row as somebody has it: its cells, or its canonical line. */
export type Stored = { readonly cells: Cells } | { readonly line: string };

/** Whether one of them is a stored row. */
export function isOneOf({ table, rows }: TrueRows, stored: Stored): boolean {
  if ('line' in stored) return rows.some((row) => canonicalLine(table, row) === stored.line);
  return rows.some((row) => isSame(table, row, stored.cells));
}

/** Equal cells are equal rows, and so are two numbers that differ two rows; of all else the line decides. */
function isSame(table: TableSpec, a: Cells, b: Cells): boolean {
  let isSure = true;
  for (let i = 0; i < a.length; i++) {
    if (a[i] === b[i]) continue;
    if (typeof a[i] === 'number' && typeof b[i] === 'number') return false;
    isSure = false;
  }
  return isSure || canonicalLine(table, a) === canonicalLine(table, b);
}

/** One row, which is written again for each. */
const SCRATCH = new Rows(1);

function candle({ values }: Stock, series: Series, step: number, { t, row }: At): TrueRows {
  const rows = SCRATCH;
  rows.count = 0;
  if (row.frozen) values.frozen(rows, row.of, t);
  else values.candle(rows, row.of, step, t, row.edition);
  const number = (column: number, digits: number): number => rows.get(0, column) / 10 ** digits;
  const { price, lot, quote } = DIGITS;
  const cells = [
    series.symbol,
    series.timeframe,
    t,
    number(O, price),
    number(H, price),
    number(L, price),
    number(C, price),
    number(V, lot),
    number(Q, quote),
    number(N, 0),
    number(BV, lot),
    number(BQ, quote),
  ];
  const { table } = series.source === 'klines_spot' ? klines_spot : klines_perp;
  return { table, rows: [cells] };
}

/** Whatever the neighbours of an answer say, an interval has whole hours, or nobody knows it. */
const HOURS = [null, 1, 2, 3, 4, 5, 6, 7, 8];

function settlements(stock: Stock, { symbol }: Series, listed: Listed, { t, place, row }: At): TrueRows {
  const { time, intervalHours, rate, mark } = settledOf(stock, listed, t, row);
  const { table } = funding_binance;
  const cells = (hours: number | null, price: number | null): Cells => {
    return ['binance', symbol, t, time, rate / 1e8, hours, price];
  };
  if (place !== 'rest') return { table, rows: [cells(intervalHours, null)] };
  return { table, rows: HOURS.map((hours) => cells(hours, mark / 10 ** DIGITS.price)) };
}

const CROWDS = {
  topLongShortAccountRatio: 'topAccounts',
  topLongShortPositionRatio: 'topPositions',
  globalLongShortAccountRatio: 'allAccounts',
} as const;

const FILE_DECIMALS = 8;
const ANSWER_DECIMALS = 4;

function readings(
  stock: Stock,
  series: Series,
  listed: Listed,
  route: string,
  { t, place, row, labels }: At,
): TrueRows {
  const statistic = STATISTICS.find((one) => one.route === route)!;
  const numbers = readingsOf(stock, row);
  const contract = contractOf(listed, t);
  const inFile = place !== 'rest';
  const round = (value: number): number => Number(value.toFixed(inFile ? FILE_DECIMALS : ANSWER_DECIMALS));
  const valuesOf = (): (number | undefined)[] => {
    if (route === 'openInterestHist') {
      const { lots, value } = numbers.openInterest(contract, t);
      return [lots / 10 ** DIGITS.lot, value / 1e4];
    }
    if (route === 'takerlongshortRatio') {
      const { bought, sold } = numbers.takerVolume(contract, t - SLOT, SLOT);
      const ratio = round(bought / sold);
      return inFile ? [ratio] : [ratio, bought / 10 ** DIGITS.lot, sold / 10 ** DIGITS.lot];
    }
    const long = numbers.longShare(contract, CROWDS[route as keyof typeof CROWDS], t);
    const ratio = round(long / (10_000 - long));
    return inFile ? [ratio] : [ratio, long / 1e4, (10_000 - long) / 1e4];
  };
  const values = valuesOf();
  const answered = route === 'takerlongshortRatio' ? t - SLOT : t;
  const all = inFile ? labels : [answered];
  const { table } = statistic;
  const rows = all.map((label) =>
    statistic.row(series, { time: t, label: label === t ? null : label }, values),
  );
  return { table, rows };
}
