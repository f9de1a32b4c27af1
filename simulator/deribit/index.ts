import { SECOND } from '../../functions/core/time/time.ts';
import type { VenueAnswer, VenueContext, VenueModule, VenueRequest } from '../frame/module.ts';
import { METHODS } from './methods.ts';
import type { Params } from './params.ts';
import { DeribitRefusal, envelope, tooManyRequests, type Wire } from './wire.ts';

/** 20 a second in the long run, 100 at once: counted as 100 in 5 seconds. */
const LIMIT = { id: 'deribit', limit: 100, windowMs: 5 * SECOND };
/** One in 10 seconds in the long run, 5 at once. */
const INSTRUMENTS_LIMIT = { id: 'deribit-instruments', limit: 5, windowMs: 50 * SECOND };

interface Call {
  readonly method: string;
  readonly params: Params;
  readonly id: Wire | undefined;
}

/** A GET with a query string, or a POST with a JSON-RPC body. */
function callOf({ method, path, query, body }: VenueRequest): Call {
  const named = path.replace(/^\/api\/v2/, '').replace(/^\//, '');
  if (method !== 'POST') {
    const { id, ...params } = Object.fromEntries(query);
    return { method: named, params, id };
  }
  try {
    const sent = JSON.parse(body) as { id?: Wire; method?: unknown; params?: Params };
    return { method: named || String(sent.method ?? ''), params: sent.params ?? {}, id: sent.id };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new DeribitRefusal('Parse error', -32700);
  }
}

function answer(context: VenueContext, request: VenueRequest): VenueAnswer {
  let id: Wire | undefined;
  try {
    const call = callOf(request);
    id = call.id;
    const { id: limit } = call.method === 'public/get_instruments' ? INSTRUMENTS_LIMIT : LIMIT;
    if (!context.limiter.take(limit, request.ip, 1).allowed) throw tooManyRequests();
    const method = METHODS[call.method];
    if (!method) throw new DeribitRefusal('Method not found', -32601);
    return envelope(request.at, id, { result: method(context, call.params, request.at) });
  } catch (error) {
    if (!(error instanceof DeribitRefusal)) throw error;
    return envelope(request.at, id, error);
  }
}

export const deribit: VenueModule = {
  id: 'deribit',
  prefix: '/deribit',
  env: 'GORDON_DERIBIT_URL',
  limits: [LIMIT, INSTRUMENTS_LIMIT],
  open: (context) => (request) => answer(context, request),
  refusal: (status, now) => {
    if (status === 429) return envelope(now, undefined, tooManyRequests());
    // The venue also reports errors inside a successful response.
    if (status === 200)
      return envelope(now, undefined, new DeribitRefusal('temporarily_unavailable', 13028, 200));
    return undefined;
  },
};
