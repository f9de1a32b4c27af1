import { SECOND } from '../../functions/core/time/time.ts';
import { queryOf } from '../frame/answer.ts';
import type { VenueAnswer, VenueContext, VenueModule, VenueRequest } from '../frame/module.ts';
import { decimal } from '../numbers/decimal.ts';
import { historyCandles, truth } from './candles.ts';
import { badParameter, envelope, OkxRefusal, refusal, tooMany } from './envelope.ts';
import { INSTRUMENTS, type Instrument, instrumentOf } from './instruments.ts';

const CANDLES = 'okx-candles';
const LISTS = 'okx-instruments';

interface Route {
  readonly limit?: string;
  answer(context: VenueContext, request: VenueRequest): readonly unknown[];
}

const ROUTES: Readonly<Record<string, Route>> = {
  '/api/v5/market/history-candles': { limit: CANDLES, answer: historyCandles },
  '/api/v5/public/instruments': { limit: LISTS, answer: instruments },
  '/api/v5/public/time': { answer: (_, { at }) => [{ ts: String(at) }] },
};

function answer(context: VenueContext, request: VenueRequest): VenueAnswer {
  const route = ROUTES[request.path];
  if (!route) return envelope([], { code: '404', message: 'Not Found', status: 404 });
  if (request.method !== 'GET') {
    return envelope([], { code: '50115', message: 'Invalid request method', status: 405 });
  }
  if (route.limit && !context.limiter.take(route.limit, request.ip, 1).allowed) return tooMany();
  try {
    return envelope(route.answer(context, request));
  } catch (error) {
    if (!(error instanceof OkxRefusal)) throw error;
    return envelope([], { code: error.code, message: error.message, status: error.status });
  }
}

function instruments(_: VenueContext, request: VenueRequest): readonly unknown[] {
  const query = queryOf(request);
  const type = query.get('instType');
  if (type !== 'SPOT' && type !== 'SWAP') throw badParameter('instType');
  const instId = query.get('instId');
  if (instId) {
    const found = instrumentOf(instId, request.at);
    if (found?.type === type) return [described(found)];
    throw new OkxRefusal('51001', "Instrument ID, Instrument ID code, or Spread ID doesn't exist.");
  }
  return INSTRUMENTS.filter((one) => one.type === type && instrumentOf(one.instId, request.at)).map(
    described,
  );
}

/** Fields that do not apply are there and empty. */
function described({ type, instId, base, quote, listTime, contract, ctVal }: Instrument): unknown {
  const swap = type === 'SWAP';
  const inverse = quote === 'USD';
  const value = ctVal && ('dollars' in ctVal ? String(ctVal.dollars) : decimal(1, ctVal.coinDigits));
  return {
    alias: '',
    baseCcy: swap ? '' : base,
    category: '1',
    ctMult: swap ? '1' : '',
    ctType: swap ? (inverse ? 'inverse' : 'linear') : '',
    ctVal: value ?? '',
    ctValCcy: swap ? (inverse ? 'USD' : base) : '',
    expTime: '',
    instFamily: swap ? `${base}-${quote}` : '',
    instId,
    instType: type,
    lever: '10',
    listTime: String(listTime),
    lotSz: swap ? '0.01' : decimal(1, contract.digits.lot),
    minSz: swap ? '0.01' : decimal(1, contract.digits.lot),
    optType: '',
    quoteCcy: swap ? '' : quote,
    settleCcy: swap ? (inverse ? base : quote) : '',
    state: 'live',
    stk: '',
    tickSz: decimal(1, contract.digits.price),
    uly: swap ? `${base}-${quote}` : '',
  };
}

export const okx: VenueModule = {
  id: 'okx',
  prefix: '/okx',
  env: 'GORDON_OKX_URL',
  limits: [
    { id: CANDLES, limit: 20, windowMs: 2 * SECOND },
    { id: LISTS, limit: 20, windowMs: 2 * SECOND },
  ],
  open: (context) => (request) => answer(context, request),
  refusal,
  truth,
};
