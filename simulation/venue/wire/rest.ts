import { charge } from '../../../simulator/binance/budget.ts';
import { BinanceRefusal, badInterval } from '../../../simulator/binance/errors.ts';
import { Params } from '../../../simulator/binance/params.ts';
import { exchangeInfoOf as spotInfo } from '../../../simulator/binance-spot/exchange-info.ts';
import { ROUTES as SPOT, FAMILY as SPOT_FAMILY } from '../../../simulator/binance-spot/index.ts';
import { exchangeInfoOf as usdmInfo } from '../../../simulator/binance-usdm/exchange-info.ts';
import { ROUTES as USDM } from '../../../simulator/binance-usdm/routes.ts';
import { CURRENCIES } from '../../../simulator/deribit/chain.ts';
import {
  type DeribitRefusal,
  envelope,
  invalidParam,
  tooManyRequests,
  type Wire,
} from '../../../simulator/deribit/wire.ts';
import { json } from '../../../simulator/frame/answer.ts';
import type { Limiter } from '../../../simulator/frame/limiter.ts';
import type { VenueAnswer, VenueRequest } from '../../../simulator/frame/module.ts';
import type { Market } from '../../faults/fault.ts';
import { isKnown } from '../market/book.ts';
import { contractOf } from './contracts.ts';
import { fundingPage } from './funding.ts';
import { klinesPage, type Stock } from './klines.ts';
import { ROUTES as STATISTICS, statisticsPage } from './metrics.ts';
import { bookSummary, indexPrice } from './options.ts';

export const DERIBIT = { id: 'deribit', limit: 100, windowMs: 5_000 };

const NOTHING: VenueAnswer = { status: 404, headers: { 'content-type': 'text/plain' }, body: '' };

/** Binance's API, by the routes, weights and refusals of the simulated venues. */
export function binanceAnswer(
  stock: Stock,
  limiter: Limiter,
  market: Market,
  request: VenueRequest,
): VenueAnswer {
  const route = market === 'spot' ? spotRoute(request) : usdmRoute(request);
  if (!route) return NOTHING;
  const { family, shown, scope, weight } = route;
  const headers = (): Record<string, string> =>
    shown ? { 'x-mbx-used-weight-1m': String(limiter.used(family, request.ip)) } : {};
  try {
    charge({ limiter }, request, {
      scope,
      family,
      weight,
      unit: route.unit,
      ...(route.grace !== undefined && { grace: route.grace }),
    });
    const body = bodyOf(stock, market, new Params(request, route.params), request);
    return json(body, { headers: headers(), weight });
  } catch (error) {
    if (!(error instanceof BinanceRefusal)) throw error;
    return { ...error.answer(headers()), weight };
  }
}

interface Charged {
  readonly family: string;
  readonly scope: string;
  readonly weight: number;
  readonly unit: 'weight' | 'requests';
  readonly grace?: number;
  readonly shown: boolean;
  readonly params: readonly string[];
}

function usdmRoute(request: VenueRequest): Charged | undefined {
  const route = USDM[request.path];
  if (!route) return undefined;
  const { id, unit, grace, shown } = route.family;
  return {
    family: id,
    scope: 'binance-usdm',
    weight: route.weight(request),
    unit,
    grace,
    shown,
    params: route.params,
  };
}

function spotRoute({ path }: VenueRequest): Charged | undefined {
  const route = SPOT[path];
  return (
    route && {
      family: SPOT_FAMILY,
      scope: SPOT_FAMILY,
      weight: route.weight,
      unit: 'weight',
      shown: true,
      params: route.params,
    }
  );
}

function bodyOf(stock: Stock, market: Market, params: Params, { path, at }: VenueRequest): unknown {
  const [, , , name = ''] = path.split('/');
  const bounds = { start: params.integer('startTime'), end: params.integer('endTime') };
  switch (name) {
    case 'klines': {
      const interval = params.need('interval');
      if (market === 'um' && interval === '1s') throw badInterval();
      if (market === 'um' && (bounds.start ?? 0) > (bounds.end ?? Infinity)) {
        throw new BinanceRefusal(-1023, 'Start time is greater than end time.');
      }
      const most = market === 'um' ? 1_500 : 1_000;
      const limit = Math.min(params.limit(500, market === 'um' ? most : Infinity), most);
      return klinesPage(stock, { market, symbol: params.symbol(), interval, ...bounds, limit }, at);
    }
    case 'fundingRate':
      return fundingPage(stock, { symbol: params.symbol(), ...bounds, limit: params.limit(100, 1_000) }, at);
    case 'exchangeInfo': {
      const listed = [...stock.content.book.values()].filter(
        (one) => one.market === market && isKnown(one, at),
      );
      const contracts = listed.map((one) => contractOf(one, at));
      return market === 'um' ? usdmInfo(contracts, at) : spotInfo(params, contracts, at, 1);
    }
    case 'ticker':
      return [...stock.content.book.values()]
        .filter((one) => one.market === market && isKnown(one, at))
        .map(({ symbol }) => ({ symbol, quoteVolume: '1000' }));
    default: {
      if (!STATISTICS[name]) return { serverTime: at };
      const period = params.need('period');
      return statisticsPage(
        stock,
        { route: name, symbol: params.symbol(), period, ...bounds, limit: params.limit(30, 500) },
        at,
      );
    }
  }
}

/** Deribit's API, as far as snapshots need it. */
export function deribitAnswer({ values }: Stock, limiter: Limiter, request: VenueRequest): VenueAnswer {
  const { at, path, query, ip } = request;
  if (!limiter.take(DERIBIT.id, ip, 1).allowed) return envelope(at, undefined, tooManyRequests());
  const method = path.split('/').at(-1);
  const wanted = new Map(query).get('currency');
  const currency = CURRENCIES.find((one) => one === wanted);
  const result = method === 'get_index_price' ? indexPrice() : currency && bookSummary(values, currency, at);
  const refusal: DeribitRefusal | undefined = result ? undefined : invalidParam('currency', 'wrong format');
  return envelope(at, undefined, refusal ?? { result: result as Wire });
}
