import { MINUTE } from '../../functions/core/time/time.ts';
import { charge } from '../binance/budget.ts';
import { BinanceRefusal, badInterval, illegal, restRefusal } from '../binance/errors.ts';
import { allKlines, klines } from '../binance/klines.ts';
import { Params } from '../binance/params.ts';
import { tickers } from '../binance/ticker.ts';
import { aggTrades, TRADE_PARAMS } from '../binance/trades.ts';
import { json } from '../frame/answer.ts';
import type { VenueAnswer, VenueContext, VenueModule, VenueRequest } from '../frame/module.ts';
import { INTERVALS } from '../market/intervals.ts';
import { exchangeInfo } from './exchange-info.ts';

export const FAMILY = 'binance-spot';
export const LIMIT = 6000;
const ZONE = '^[+-]?([0-9]|0[0-9]|1[0-4])(:[0-5][0-9])?$';

interface Route {
  readonly weight: number;
  readonly params: readonly string[];
  answer(context: VenueContext, params: Params, request: VenueRequest): unknown;
}

export const ROUTES: Readonly<Record<string, Route>> = {
  '/api/v3/ping': { weight: 1, params: [], answer: () => ({}) },
  '/api/v3/time': {
    weight: 1,
    params: [],
    answer: (_context, _params, request) => ({ serverTime: request.at * unitOf(request) }),
  },
  '/api/v3/exchangeInfo': {
    weight: 20,
    params: ['symbol', 'symbols', 'permissions', 'showPermissionSets', 'symbolStatus'],
    answer: (context, params, request) => exchangeInfo(context, params, request.at, unitOf(request)),
  },
  '/api/v3/ticker/24hr': {
    weight: 80,
    params: [],
    answer: (context, _params, request) => tickers(context, 'spot', request.at),
  },
  '/api/v3/klines': {
    weight: 2,
    params: ['symbol', 'interval', 'startTime', 'endTime', 'timeZone', 'limit'],
    answer: spotKlines,
  },
  '/api/v3/aggTrades': { weight: 4, params: TRADE_PARAMS, answer: aggTrades('spot') },
};

function spotKlines(context: VenueContext, params: Params, request: VenueRequest): unknown {
  const symbol = params.symbol();
  const interval = params.need('interval');
  if (!INTERVALS.has(interval)) throw badInterval();
  const start = params.integer('startTime');
  const end = params.integer('endTime');
  const query = {
    interval,
    start: start === undefined ? undefined : Math.ceil(millis(start)),
    end: end === undefined ? undefined : Math.floor(millis(end)),
    // More than 1000 is capped without a word.
    limit: Math.min(1000, params.limit(500, Infinity)),
    shift: zoneOf(params.text('timeZone')),
    asOf: request.at,
  };
  const unit = unitOf(request);
  const rows = klines(context, 'spot', symbol, query);
  if (unit === 1) return rows;
  return rows.map((r) => r.with(0, Number(r[0]) * unit).with(6, (Number(r[6]) + 1) * unit - 1));
}

/** Bounds come in ms or, with 16 digits, in µs. */
const millis = (at: number): number => (at >= 1e15 ? at / 1000 : at);

function unitOf(request: VenueRequest): number {
  const unit = String(request.headers['x-mbx-time-unit'] ?? 'MILLISECOND').toUpperCase();
  if (unit === 'MICROSECOND') return 1000;
  if (unit === 'MILLISECOND') return 1;
  throw new BinanceRefusal(-1100, "Illegal value in header 'X-MBX-TIME-UNIT'.");
}

function zoneOf(text: string | undefined): number {
  if (text === undefined) return 0;
  if (!new RegExp(ZONE).test(text)) throw illegal('timeZone', ZONE);
  const [hours = '0', minutes = '0'] = text.replace(/^[+-]/, '').split(':');
  const ms = (Number(hours) * 60 + Number(minutes)) * MINUTE;
  return text.startsWith('-') ? -ms : ms;
}

function answer(context: VenueContext, request: VenueRequest): VenueAnswer {
  const route = ROUTES[request.path];
  const label = `${request.method} /binance-spot${request.path}`;
  if (!route || request.method !== 'GET')
    return { status: 404, headers: { 'content-type': 'text/plain' }, body: '' };
  const headers = (): Record<string, string> => {
    const used = String(context.limiter.used(FAMILY, request.ip));
    return { 'x-mbx-used-weight': used, 'x-mbx-used-weight-1m': used };
  };
  const counted = { route: label, weight: route.weight };
  try {
    charge(context, request, { scope: FAMILY, family: FAMILY, weight: route.weight, unit: 'weight' });
    const body = route.answer(context, new Params(request, route.params), request);
    return json(body, { headers: headers(), ...counted });
  } catch (error) {
    if (!(error instanceof BinanceRefusal)) throw error;
    return { ...error.answer(headers()), ...counted };
  }
}

export const binanceSpot: VenueModule = {
  id: 'binance-spot',
  prefix: '/binance-spot',
  env: 'GORDON_BINANCE_SPOT_URL',
  limits: [{ id: FAMILY, limit: LIMIT, windowMs: MINUTE }],
  open: (context) => (request) => answer(context, request),
  refusal: restRefusal(LIMIT),
  truth: (query, context) => (query.market === 'spot' ? allKlines(context, 'spot', query) : undefined),
};
