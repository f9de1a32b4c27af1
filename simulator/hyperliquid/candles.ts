import type { TruthQuery, VenueContext } from '../frame/module.ts';
import { INTERVALS, type Interval } from '../market/intervals.ts';
import { marketOf } from '../market/market.ts';
import { pageOf } from '../market/page.ts';
import { C, H, L, N, O, T, V } from '../market/rows.ts';
import { decimal } from '../numbers/decimal.ts';
import { type Fields, Unprocessable } from './body.ts';
import { type Coin, coinOf, PAIRS, PERPS } from './coins.ts';

/** There is no 6h, and no 1s. */
const NAMES = new Set([
  '1m',
  '3m',
  '5m',
  '15m',
  '30m',
  '1h',
  '2h',
  '4h',
  '8h',
  '12h',
  '1d',
  '3d',
  '1w',
  '1M',
]);

/** What is kept of each coin and interval. */
const KEPT = 5_000;

/** The candles of a range, oldest first; where more lie in it than are kept, the newest. @returns undefined for an unknown coin */
export function candleSnapshot(
  context: VenueContext,
  body: Fields,
  now: number,
): readonly unknown[] | undefined {
  const request = body.nested('req');
  const name = request.text('interval');
  if (!NAMES.has(name)) throw new Unprocessable();
  const [start, end] = [request.instant('startTime'), request.instant('endTime')];
  const coin = coinOf(request.text('coin'), now);
  if (!coin) return undefined;
  const interval = INTERVALS.get(name) as Interval;
  const { delistedAt = Infinity } = coin.contract;
  const newest = interval.floor(Math.min(now, delistedAt - 1));
  // A candle that holds the start is part of the answer.
  const from = Math.max(interval.floor(start), newest - (KEPT - 1) * interval.step);
  return rowsOf(context, coin, interval, from, end, now);
}

function rowsOf(
  context: VenueContext,
  { name, contract }: Coin,
  interval: Interval,
  from: number,
  end: number,
  asOf: number,
): readonly unknown[] {
  const last = Math.min(end, asOf, (contract.delistedAt ?? Infinity) - 1);
  if (from > last) return [];
  const limit = Math.min(KEPT, Math.ceil((last - from) / interval.step) + 1);
  const rows = pageOf(marketOf(context), contract, { interval, end, limit, asOf });
  const { price, lot } = contract.digits;
  return Array.from({ length: rows.count }, (_, row) => ({
    t: rows.get(row, T),
    T: interval.after(rows.get(row, T)) - 1,
    s: name,
    i: interval.name,
    o: written(rows.get(row, O), price),
    c: written(rows.get(row, C), price),
    h: written(rows.get(row, H), price),
    l: written(rows.get(row, L), price),
    v: written(rows.get(row, V), lot),
    n: rows.get(row, N),
  })).filter(({ t, n }) => t >= from && n > 0);
}

/** Without trailing zeros, except one behind the point. */
export function written(units: number, digits: number): string {
  const text = decimal(units, digits);
  if (!text.includes('.')) return `${text}.0`;
  return text.replace(/0+$/, '').replace(/\.$/, '.0');
}

/** Rows that opened in `[start, end)`, whatever is kept; undefined for a market of another venue. */
export function truth(
  { market, symbol, timeframe, start, end }: TruthQuery,
  context: VenueContext,
): readonly unknown[] | undefined {
  const coin = [...PERPS, ...PAIRS].find(
    ({ name, contract }) => contract.market === market && name === symbol,
  );
  const interval = INTERVALS.get(timeframe);
  return coin && interval && rowsOf(context, coin, interval, start, end - 1, context.now());
}
