import { DAY } from '../../functions/core/time/time.ts';
import { timesOf, writtenDigits } from '../binance/klines.ts';
import type { Contract } from '../market/contracts.ts';
import { INTERVALS, type Interval } from '../market/intervals.ts';
import type { SimMarket } from '../market/market.ts';
import { BQ, BV, C, H, L, N, O, Q, Rows, T, V } from '../market/rows.ts';
import { DigitWriter } from '../numbers/digit-writer.ts';
import type { ArchiveObject } from './keys.ts';

export const KLINES_HEADER =
  'open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore\n';
const HEADER_FROM = Date.UTC(2022, 0);
const MICROSECONDS_FROM = Date.UTC(2025, 0);
const ROW_BYTES = 320;
const COMMA = 0x2c;
const NEWLINE = 0x0a;
const ZERO = 0x30;

/** The CSV of a klines file, about a day (for long intervals the whole period) at a time. */
export function* klinesCsv(
  market: SimMarket,
  contract: Contract,
  object: ArchiveObject,
): Generator<Uint8Array> {
  const interval = INTERVALS.get(object.interval === '1mo' ? '1M' : object.interval) as Interval;
  const { start, end } = object.period;
  const writer = new DigitWriter(1 << 18);
  // Spot files never have a header row, futures files since 2022.
  if (contract.market !== 'spot' && start >= HEADER_FROM) writer.text(KLINES_HEADER);
  const piece = interval.step < DAY ? DAY : end - start;
  for (let at = start; at < end; at += piece) {
    const rows = market.candles(contract, {
      interval,
      start: at,
      end: Math.min(end, at + piece),
      asOf: Infinity,
    });
    writeRows(writer, contract, interval, isLost(object, at) ? new Rows(1) : rows);
    writeRows(
      writer,
      contract,
      interval,
      frozenRows(market, contract, interval, at, Math.min(end, at + piece)),
    );
    yield writer.take();
  }
}

/** The known file of a month that lacks a day, which the file of that day has. */
const isLost = ({ dataset, unit, symbol, interval }: ArchiveObject, day: number): boolean =>
  dataset === 'markPriceKlines' &&
  unit === 'month' &&
  symbol === 'BTCUSDT' &&
  interval === '1h' &&
  day === Date.UTC(2026, 5, 29);

/** Candles of the time after the end: the last price, and nothing traded. */
function frozenRows(
  market: SimMarket,
  contract: Contract,
  { step }: Interval,
  start: number,
  end: number,
): Rows {
  const { delistedAt, frozenUntil } = contract;
  const rows = new Rows(1);
  if (delistedAt === undefined || frozenUntil === undefined || contract.computed) return rows;
  const price = market.priceAt(contract, delistedAt);
  for (
    let at = Math.ceil(Math.max(start, delistedAt) / step) * step;
    at < Math.min(end, frozenUntil);
    at += step
  ) {
    const row = rows.next();
    rows.data[row + T] = at;
    for (const column of PRICES) rows.data[row + column] = price;
  }
  return rows;
}

export function writeRows(writer: DigitWriter, contract: Contract, interval: Interval, rows: Rows): void {
  const { price, lot, quote } = contract.digits;
  const pad = writtenDigits(contract);
  const [tick, lots, quotes] = [10 ** price, 10 ** lot, 10 ** quote];
  const { data, count } = rows;
  for (let row = 0; row < count; row++) {
    const at = row * 10;
    const [open, close] = timesOf(contract, interval, data[at + T] as number);
    const micro = contract.market === 'spot' && open >= MICROSECONDS_FROM;
    writer.reserve(ROW_BYTES);
    writer.integer(micro ? open * 1000 : open);
    for (const column of PRICES) {
      writer.byte(COMMA);
      writer.fixed(data[at + column] as number, tick, price, pad.price);
    }
    writer.byte(COMMA);
    writer.fixed(data[at + V] as number, lots, lot, pad.lot);
    writer.byte(COMMA);
    writer.integer(micro ? (close + 1) * 1000 - 1 : close);
    writer.byte(COMMA);
    writer.fixed(data[at + Q] as number, quotes, quote, pad.quote);
    writer.byte(COMMA);
    writer.integer(data[at + N] as number);
    writer.byte(COMMA);
    writer.fixed(data[at + BV] as number, lots, lot, pad.lot);
    writer.byte(COMMA);
    writer.fixed(data[at + BQ] as number, quotes, quote, pad.quote);
    writer.byte(COMMA);
    writer.byte(ZERO);
    writer.byte(NEWLINE);
  }
}

const PRICES = [O, H, L, C] as const;
