import { charge } from '../binance/budget.ts';
import { BinanceRefusal, restRefusal } from '../binance/errors.ts';
import { allKlines } from '../binance/klines.ts';
import { Params } from '../binance/params.ts';
import { json } from '../frame/answer.ts';
import type { VenueAnswer, VenueContext, VenueModule, VenueRequest } from '../frame/module.ts';
import type { Computed } from '../market/contracts.ts';
import { FAMILIES } from './families.ts';
import { ROUTES } from './routes.ts';

function answer(context: VenueContext, request: VenueRequest): VenueAnswer {
  const route = ROUTES[request.path];
  if (!route || request.method !== 'GET') {
    return { status: 404, headers: { 'content-type': 'text/plain' }, body: '' };
  }
  const weight = route.weight(request);
  const headers = (): Record<string, string> =>
    route.family.shown
      ? { 'x-mbx-used-weight-1m': String(context.limiter.used(route.family.id, request.ip)) }
      : {};
  const counted = { route: `${request.method} /binance-usdm${request.path}`, weight };
  try {
    const { id: family, unit, grace } = route.family;
    charge(context, request, { scope: 'binance-usdm', family, weight, unit, grace });
    const body = route.answer(context, new Params(request, route.params), request);
    return json(body, { headers: headers(), ...counted });
  } catch (error) {
    if (!(error instanceof BinanceRefusal)) throw error;
    return { ...error.answer(headers()), ...counted };
  }
}

/** Markets of this host, and what is computed in them. */
const TRUTHS: ReadonlyMap<string, Computed | undefined> = new Map([
  ['um', undefined],
  ['um-mark', 'mark'],
  ['um-index', 'index'],
  ['um-premium', 'premium'],
]);

export const binanceUsdm: VenueModule = {
  id: 'binance-usdm',
  prefix: '/binance-usdm',
  env: 'GORDON_BINANCE_USDM_URL',
  limits: Object.values(FAMILIES),
  open: (context) => (request) => answer(context, request),
  refusal: restRefusal(FAMILIES.weight.limit),
  truth: (query, context) =>
    TRUTHS.has(query.market) ? allKlines(context, 'um', query, TRUTHS.get(query.market)) : undefined,
};
