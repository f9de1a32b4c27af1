import { MINUTE, SECOND } from '../../functions/core/time/time.ts';
import type { VenueAnswer, VenueContext, VenueModule, VenueRequest } from '../frame/module.ts';
import { BybitRefusal, envelope, refusal, tooFrequent } from './envelope.ts';
import { fundingHistory } from './funding.ts';
import { instrumentsInfo } from './instruments-info.ts';
import { kline, truth } from './kline.ts';
import { tickers } from './option-tickers.ts';
import { accountRatio, openInterest } from './statistics.ts';

const LIMIT = 'bybit';
const BAN = [10 * MINUTE];

type Route = (context: VenueContext, request: VenueRequest) => unknown;

const ROUTES: Readonly<Record<string, Route>> = {
  '/v5/market/kline': kline,
  '/v5/market/funding/history': fundingHistory,
  '/v5/market/open-interest': openInterest,
  '/v5/market/account-ratio': accountRatio,
  '/v5/market/instruments-info': instrumentsInfo,
  '/v5/market/tickers': tickers,
  '/v5/market/time': (_, { at }) => ({
    timeSecond: String(Math.floor(at / 1000)),
    timeNano: `${at}000000`,
  }),
};

function answer(context: VenueContext, request: VenueRequest): VenueAnswer {
  const { limiter } = context;
  const { ip, at } = request;
  if (limiter.bannedUntil(LIMIT, ip) !== undefined) {
    // Only ten minutes of silence lift it.
    limiter.prolong(LIMIT, ip, BAN);
    return tooFrequent();
  }
  if (!limiter.take(LIMIT, ip, 1).allowed) {
    limiter.strike(LIMIT, ip, BAN, 0);
    return tooFrequent();
  }
  const route = ROUTES[request.path];
  if (!route) return envelope(at, {}, { status: 404, code: 10017, message: 'Route not found.' });
  if (request.method !== 'GET')
    return envelope(at, {}, { status: 400, code: 10001, message: 'Bad request.' });
  if (request.body !== '') return envelope(at, {}, { status: 403, code: 10001, message: 'Forbidden.' });
  try {
    return envelope(at, route(context, request));
  } catch (error) {
    if (!(error instanceof BybitRefusal)) throw error;
    return envelope(at, error.result, { code: error.code, message: error.message });
  }
}

export const bybit: VenueModule = {
  id: 'bybit',
  prefix: '/bybit',
  env: 'GORDON_BYBIT_URL',
  limits: [{ id: LIMIT, limit: 600, windowMs: 5 * SECOND }],
  open: (context) => (request) => answer(context, request),
  refusal,
  truth,
};
