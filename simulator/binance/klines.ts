import type { VenueContext } from '../frame/module.ts';
import { computedMarket } from '../market/computed.ts';
import {
  type Computed,
  type Contract,
  type Market,
  marketName,
  restContractOf,
} from '../market/contracts.ts';
import { cutShortAt, offGridMs } from '../market/halts.ts';
import { INTERVALS, type Interval } from '../market/intervals.ts';
import { marketOf } from '../market/market.ts';
import { type PageQuery, pageOf } from '../market/page.ts';
import { BQ, BV, C, H, L, N, O, Q, type Rows, T, V } from '../market/rows.ts';
import { decimal } from '../numbers/decimal.ts';
import { badInterval, badSymbol } from './errors.ts';

export type KlineRow = readonly [
  openTime: number,
  open: string,
  high: string,
  low: string,
  close: string,
  volume: string,
  closeTime: number,
  quoteVolume: string,
  trades: number,
  takerBuyBase: string,
  takerBuyQuote: string,
  ignore: string,
];

/** Decimals as the market writes them: spot always 8, futures the contract's own. */
export function writtenDigits(contract: Contract): { price: number; lot: number; quote: number } {
  return contract.market === 'spot' ? { price: 8, lot: 8, quote: 8 } : contract.digits;
}

/** Raw open and close time of a row, ms. */
export function timesOf(contract: Contract, interval: Interval, open: number, shift = 0): [number, number] {
  const end = interval.after(open, shift);
  const late = offGridMs(contract.market, open, interval.step);
  return [open + late, cutShortAt(contract.market, open, end - open) ?? end - 1 + late];
}

export function klineRow(
  contract: Contract,
  interval: Interval,
  rows: Rows,
  row: number,
  shift = 0,
): KlineRow {
  const { price, lot, quote } = contract.digits;
  const pad = writtenDigits(contract);
  const [open, close] = timesOf(contract, interval, rows.get(row, T), shift);
  return [
    open,
    decimal(rows.get(row, O), price, pad.price),
    decimal(rows.get(row, H), price, pad.price),
    decimal(rows.get(row, L), price, pad.price),
    decimal(rows.get(row, C), price, pad.price),
    decimal(rows.get(row, V), lot, pad.lot),
    close,
    decimal(rows.get(row, Q), quote, pad.quote),
    rows.get(row, N),
    decimal(rows.get(row, BV), lot, pad.lot),
    decimal(rows.get(row, BQ), quote, pad.quote),
    '0',
  ];
}

/**
 * The page of a klines request; recorded rows, where there are any, instead of the market.
 * @param computed of a price that the venue computes about the contract
 */
export function klines(
  context: VenueContext,
  market: Market,
  symbol: string,
  query: Omit<PageQuery, 'interval'> & { readonly interval: string },
  computed?: Computed,
): readonly (readonly unknown[])[] {
  const recorded = context.overrides.rows(marketName(market, computed), symbol, query.interval);
  if (recorded) return cut(recorded.rows, query);
  const listed = restContractOf(market, symbol, query.asOf);
  if (!listed) throw badSymbol();
  const contract = computed ? computedMarket(computed, listed) : listed;
  const interval = INTERVALS.get(query.interval);
  if (!interval) throw badInterval();
  const rows = pageOf(marketOf(context), contract, { ...query, interval });
  return Array.from({ length: rows.count }, (_, row) => klineRow(contract, interval, rows, row, query.shift));
}

function cut(
  rows: readonly (readonly unknown[])[],
  { start, end, limit }: Pick<PageQuery, 'start' | 'end' | 'limit'>,
): readonly (readonly unknown[])[] {
  const inside = rows.filter((r) => Number(r[0]) >= (start ?? 0) && Number(r[0]) <= (end ?? Infinity));
  return start === undefined ? inside.slice(-limit) : inside.slice(0, limit);
}

/** Every row whose open time lies in `[start, end)`, as REST would give it page by page. */
export function allKlines(
  context: VenueContext,
  market: Market,
  { symbol, timeframe, start, end }: { symbol: string; timeframe: string; start: number; end: number },
  computed?: Computed,
): readonly (readonly unknown[])[] {
  const query = { interval: timeframe, start, end: end - 1, limit: Infinity, asOf: context.now() };
  return klines(context, market, symbol, query, computed);
}
