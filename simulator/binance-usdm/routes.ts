import { BinanceRefusal, badInterval } from '../binance/errors.ts';
import { klines } from '../binance/klines.ts';
import type { Params } from '../binance/params.ts';
import { tickers } from '../binance/ticker.ts';
import { aggTrades, TRADE_PARAMS } from '../binance/trades.ts';
import type { VenueContext, VenueRequest } from '../frame/module.ts';
import type { Computed } from '../market/contracts.ts';
import { INTERVALS } from '../market/intervals.ts';
import { exchangeInfo } from './exchange-info.ts';
import { FAMILIES, type Family } from './families.ts';
import { fundingInfo, fundingRate } from './funding.ts';
import { STATISTICS, statistics } from './statistics.ts';

export interface Route {
  readonly family: Family;
  readonly params: readonly string[];
  /** charged before anything is read: refused requests cost too */
  weight(request: VenueRequest): number;
  answer(context: VenueContext, params: Params, request: VenueRequest): unknown;
}

const flat = (weight: number) => () => weight;

/** The limit decides, each band inclusive at its top; without one 500 rows cost as much as 1000. */
export function klinesWeight(request: VenueRequest): number {
  const limit = Number(request.query.find(([name]) => name === 'limit')?.[1] ?? 1000);
  if (limit <= 100) return 1;
  if (limit <= 500) return 2;
  return limit <= 1000 ? 5 : 10;
}

const usdmKlines =
  (computed?: Computed) =>
  (context: VenueContext, params: Params, request: VenueRequest): unknown => {
    // Contracts on the pair have its name here, as perpetuals do.
    const symbol = params.symbol(computed === 'index' ? 'pair' : 'symbol');
    const interval = params.need('interval');
    // Seconds exist on spot only.
    if (interval === '1s' || !INTERVALS.has(interval)) throw badInterval();
    const start = params.integer('startTime');
    const end = params.integer('endTime');
    if (start !== undefined && end !== undefined && start > end) {
      throw new BinanceRefusal(-1023, 'Start time is greater than end time.');
    }
    return klines(
      context,
      'um',
      symbol,
      {
        interval,
        start,
        end,
        limit: params.limit(500, 1500),
        asOf: request.at,
      },
      computed,
    );
  };

const klinesRoute = (computed?: Computed): Route => ({
  family: FAMILIES.weight,
  weight: klinesWeight,
  params: [computed === 'index' ? 'pair' : 'symbol', 'interval', 'startTime', 'endTime', 'limit'],
  answer: usdmKlines(computed),
});

export const ROUTES: Readonly<Record<string, Route>> = {
  '/fapi/v1/ping': { family: FAMILIES.weight, weight: flat(1), params: [], answer: () => ({}) },
  '/fapi/v1/time': {
    family: FAMILIES.weight,
    weight: flat(1),
    params: [],
    answer: (_context, _params, request) => ({ serverTime: request.at }),
  },
  '/fapi/v1/exchangeInfo': {
    family: FAMILIES.weight,
    weight: flat(1),
    params: [],
    answer: (context, _params, request) => exchangeInfo(context, request.at),
  },
  '/fapi/v1/ticker/24hr': {
    family: FAMILIES.weight,
    weight: flat(40),
    params: [],
    answer: (context, _params, request) => tickers(context, 'um', request.at),
  },
  '/fapi/v1/klines': klinesRoute(),
  '/fapi/v1/markPriceKlines': klinesRoute('mark'),
  '/fapi/v1/indexPriceKlines': klinesRoute('index'),
  '/fapi/v1/premiumIndexKlines': klinesRoute('premium'),
  '/fapi/v1/aggTrades': {
    family: FAMILIES.weight,
    weight: flat(20),
    params: TRADE_PARAMS,
    answer: aggTrades('um'),
  },
  '/fapi/v1/fundingRate': {
    family: FAMILIES.funding,
    weight: flat(1),
    params: ['symbol', 'startTime', 'endTime', 'limit'],
    answer: fundingRate,
  },
  '/fapi/v1/fundingInfo': {
    family: FAMILIES.funding,
    weight: flat(1),
    params: [],
    answer: (_context, _params, request) => fundingInfo(request.at),
  },
  ...Object.fromEntries(
    Object.keys(STATISTICS).map((name) => [
      `/futures/data/${name}`,
      {
        family: FAMILIES.data,
        weight: flat(1),
        params: ['symbol', 'period', 'startTime', 'endTime', 'limit'],
        answer: statistics(name),
      } satisfies Route,
    ]),
  ),
};
