import type { Route } from '../binance-usdm/routes.ts';
import { json } from '../frame/answer.ts';
import type { VenueAnswer, VenueContext, VenueRequest } from '../frame/module.ts';
import { charge } from './budget.ts';
import { BinanceRefusal } from './errors.ts';
import { Params } from './params.ts';

/** A ban is by address, for both hosts of futures. */
const SCOPE = 'binance-usdm';

/** Answers one request to a host of futures. @param prefix of the module */
export function futuresAnswer(
  prefix: string,
  routes: Readonly<Record<string, Route>>,
  context: VenueContext,
  request: VenueRequest,
): VenueAnswer {
  const route = routes[request.path];
  if (!route || request.method !== 'GET') {
    return { status: 404, headers: { 'content-type': 'text/plain' }, body: '' };
  }
  const weight = route.weight(request);
  const headers = (): Record<string, string> =>
    route.family.shown
      ? { 'x-mbx-used-weight-1m': String(context.limiter.used(route.family.id, request.ip)) }
      : {};
  const counted = { route: `${request.method} ${prefix}${request.path}`, weight };
  try {
    const { id: family, unit, grace } = route.family;
    charge(context, request, { scope: SCOPE, family, weight, unit, grace });
    const body = route.answer(context, new Params(request, route.params), request);
    return json(body, { headers: headers(), ...counted });
  } catch (error) {
    if (!(error instanceof BinanceRefusal)) throw error;
    return { ...error.answer(headers()), ...counted };
  }
}
