import { DAY } from '../../functions/core/time/time.ts';
import type { VenueContext, VenueRequest } from '../frame/module.ts';
import { INTERVALS, type Interval } from '../market/intervals.ts';
import { marketOf } from '../market/market.ts';
import { pageOf } from '../market/page.ts';
import { C, H, L, O, Q, type Rows, T, V } from '../market/rows.ts';
import { badParameter } from './envelope.ts';
import { type Instrument, instrumentOf } from './instruments.ts';
import { Params, trimmed } from './params.ts';

export type KlineRow = readonly [
  start: string,
  open: string,
  high: string,
  low: string,
  close: string,
  volume: string,
  turnover: string,
];

const NAMES: Readonly<Record<string, string>> = {
  1: '1m',
  3: '3m',
  5: '5m',
  15: '15m',
  30: '30m',
  60: '1h',
  120: '2h',
  240: '4h',
  360: '6h',
  720: '12h',
  D: '1d',
  W: '1w',
  M: '1M',
};

interface Window {
  readonly interval: string;
  readonly start?: number | undefined;
  readonly end?: number | undefined;
  readonly limit: number;
  readonly asOf: number;
}

export function kline(context: VenueContext, request: VenueRequest): unknown {
  const params = new Params(request);
  const category = params.category(['spot', 'linear', 'inverse'], 'params error: Category is invalid');
  const interval = NAMES[params.text('interval') ?? ''];
  if (!interval) throw badParameter('Invalid period!');
  const instrument = params.instrument(category, 'Not supported symbols');
  const start = params.instant('start');
  const end = params.instant('end');
  if (start !== undefined && end !== undefined && start > end)
    throw badParameter('params error: end must not be before start');
  const limit = params.limit(200, 1000);
  const list = page(context, instrument, { interval, start, end, limit, asOf: request.at });
  return { symbol: instrument.symbol, category, list: list.toReversed() };
}

/** Oldest first. With only `start` given, the rows from there on; otherwise the newest inside the bounds. */
function page(
  context: VenueContext,
  instrument: Instrument,
  window: Window,
): readonly (readonly unknown[])[] {
  const { start, end, limit } = window;
  const recorded = context.overrides.rows(instrument.contract.market, instrument.symbol, window.interval);
  if (recorded) {
    const inside = recorded.rows.filter(
      (r) => Number(r[0]) >= (start ?? 0) && Number(r[0]) <= (end ?? Infinity),
    );
    return start !== undefined && end === undefined ? inside.slice(0, limit) : inside.slice(-limit);
  }
  const interval = INTERVALS.get(window.interval) as Interval;
  const market = marketOf(context);
  if (start !== undefined && end !== undefined) {
    // No more buckets than these fit between the bounds: without this a short range would cost a whole page.
    const shortest = interval.name === '1M' ? 28 * DAY : interval.step;
    const fits = Math.ceil((Math.min(end, window.asOf) - start) / shortest) + 1;
    if (fits < 1) return [];
    const rows = pageOf(market, instrument.contract, {
      interval,
      end,
      limit: Math.min(limit, fits),
      asOf: window.asOf,
    });
    return written(instrument, rows).filter(([at]) => Number(at) >= start);
  }
  return written(
    instrument,
    pageOf(market, instrument.contract, { interval, start, end, limit, asOf: window.asOf }),
  );
}

function written({ contract, category }: Instrument, rows: Rows): KlineRow[] {
  const { price, lot, quote } = contract.digits;
  return Array.from({ length: rows.count }, (_, row) => {
    const coins = trimmed(rows.get(row, V), lot);
    const money = trimmed(rows.get(row, Q), quote);
    return [
      String(rows.get(row, T)),
      trimmed(rows.get(row, O), price),
      trimmed(rows.get(row, H), price),
      trimmed(rows.get(row, L), price),
      trimmed(rows.get(row, C), price),
      ...(category === 'inverse' ? ([money, coins] as const) : ([coins, money] as const)),
    ];
  });
}

const CATEGORIES = { 'bybit-spot': 'spot', 'bybit-linear': 'linear', 'bybit-inverse': 'inverse' } as const;

/** Rows with a start in `[start, end)`, oldest first; undefined for a market of another venue. */
export function truth(
  query: { market: string; symbol: string; timeframe: string; start: number; end: number },
  context: VenueContext,
): readonly unknown[] | undefined {
  const category = CATEGORIES[query.market as keyof typeof CATEGORIES];
  const instrument = category && instrumentOf(category, query.symbol);
  if (!instrument || !INTERVALS.has(query.timeframe)) return undefined;
  const { start, end, timeframe: interval } = query;
  return page(context, instrument, { interval, start, end: end - 1, limit: Infinity, asOf: context.now() });
}
