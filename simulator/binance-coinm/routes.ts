import { DAY } from '../../functions/core/time/time.ts';
import { BinanceRefusal, badInterval, badSymbol, invalid } from '../binance/errors.ts';
import { klines } from '../binance/klines.ts';
import type { Params } from '../binance/params.ts';
import { FAMILIES } from '../binance-usdm/families.ts';
import { klinesWeight, type Route } from '../binance-usdm/routes.ts';
import type { VenueContext, VenueRequest } from '../frame/module.ts';
import { type Computed, restContractOf } from '../market/contracts.ts';
import { settlements } from '../market/funding.ts';
import { INTERVALS } from '../market/intervals.ts';
import { decimal } from '../numbers/decimal.ts';
import { exchangeInfo, pairOf } from './exchange-info.ts';
import { openInterestHist } from './statistics.ts';

const LONGEST = 200 * DAY;
const ONE = () => 1;
const RANGE = ['startTime', 'endTime', 'limit'];

/** One bound alone makes a range of the longest length; without any the newest rows come. */
function rangeOf(params: Params, now: number): { start: number | undefined; end: number | undefined } {
  const [from, to] = [params.integer('startTime'), params.integer('endTime')];
  if (from !== undefined && to !== undefined && from > to) {
    throw new BinanceRefusal(-1023, 'Start time is greater than end time.');
  }
  const end = to ?? (from === undefined ? undefined : Math.min(from + LONGEST, now));
  const start = from ?? (to === undefined ? undefined : to - LONGEST);
  if (start !== undefined && end !== undefined && end - start > LONGEST) {
    throw new BinanceRefusal(-4088, 'Maximum time interval is 200 days.');
  }
  return { start, end };
}

/** `GET /dapi/v1/klines` and its like: oldest first, but a range with more rows than `limit` gives its NEWEST. */
const coinmKlines =
  (computed?: Computed) =>
  (context: VenueContext, params: Params, { at: now }: VenueRequest): unknown => {
    const symbol = params.symbol();
    const interval = params.need('interval');
    if (interval === '1s' || !INTERVALS.has(interval)) throw badInterval();
    const limit = params.limit(500, 1500);
    const { start, end } = rangeOf(params, now);
    const query = { interval, start, end, limit, asOf: now, newest: true } as const;
    return klines(context, 'cm', symbol, query, computed);
  };

const klinesRoute = (computed?: Computed): Route => ({
  family: FAMILIES.weight,
  weight: klinesWeight,
  params: ['symbol', 'interval', ...RANGE],
  answer: coinmKlines(computed),
});

/** `GET /dapi/v1/fundingRate`: no mark price, and nothing for a contract with a day of delivery. */
function fundingRate({ seed, overrides }: VenueContext, params: Params, { at: now }: VenueRequest): unknown {
  const symbol = params.symbol();
  const [start, end] = [params.integer('startTime'), params.integer('endTime')];
  const limit = params.limit(100, 1000);
  if (start !== undefined && end !== undefined && start > end) throw invalid('endTime');
  const recorded = overrides.rows('cm', symbol, 'fundingRate');
  const contract = restContractOf('cm', symbol, now);
  if (!contract) throw badSymbol();
  if (contract.delistedAt !== undefined) return [];
  const until = Math.min(end ?? now, now) + 1;
  const rows: readonly (readonly unknown[])[] = recorded
    ? recorded.rows.filter(([at]) => Number(at) >= (start ?? 0) && Number(at) < until)
    : settlements(seed, contract, start ?? until - (limit / 3 + 1) * DAY, until).map(({ time, rate }) => [
        time,
        decimal(rate, 8),
      ]);
  const page = start === undefined ? rows.slice(-limit) : rows.slice(0, limit);
  return page.map(([fundingTime, rate]) => ({ symbol, fundingTime, fundingRate: rate }));
}

/** `GET /dapi/v1/premiumIndex`: a list also for one symbol, and empty texts for what a quarterly contract has not. */
function premiumIndex(context: VenueContext, params: Params, { at: now }: VenueRequest): unknown {
  const symbol = params.optionalSymbol();
  const contract = symbol === undefined ? undefined : restContractOf('cm', symbol, now);
  if (!contract) throw badSymbol();
  const [last] = klines(context, 'cm', contract.symbol, {
    interval: '1m',
    start: undefined,
    end: undefined,
    limit: 1,
    asOf: now,
  });
  const close = Number(last?.[4] ?? 0).toFixed(8);
  const isPerpetual = contract.delistedAt === undefined;
  const newest = isPerpetual ? settlements(context.seed, contract, now - 2 * DAY, now + 1).at(-1) : undefined;
  const every = 8 * 3_600_000;
  return [
    {
      symbol: contract.symbol,
      pair: pairOf(contract),
      markPrice: close,
      indexPrice: close,
      estimatedSettlePrice: close,
      lastFundingRate: newest ? decimal(newest.rate, 8) : '',
      interestRate: isPerpetual ? '0.00010000' : '',
      nextFundingTime: isPerpetual ? Math.floor(now / every) * every + every : 0,
      time: now,
    },
  ];
}

/** All of them spend from the pool that USD-M spends from. */
export const ROUTES: Readonly<Record<string, Route>> = {
  '/dapi/v1/ping': { family: FAMILIES.weight, weight: ONE, params: [], answer: () => ({}) },
  '/dapi/v1/time': {
    family: FAMILIES.weight,
    weight: ONE,
    params: [],
    answer: (_context, _params, { at }) => ({ serverTime: at }),
  },
  '/dapi/v1/exchangeInfo': {
    family: FAMILIES.weight,
    weight: ONE,
    params: [],
    answer: (context, _params, { at }) => exchangeInfo(context, at),
  },
  '/dapi/v1/klines': klinesRoute(),
  '/dapi/v1/markPriceKlines': klinesRoute('mark'),
  '/dapi/v1/fundingRate': {
    family: FAMILIES.weight,
    weight: ONE,
    params: ['symbol', ...RANGE],
    answer: fundingRate,
  },
  '/futures/data/openInterestHist': {
    family: FAMILIES.data,
    weight: ONE,
    params: ['pair', 'contractType', 'period', ...RANGE],
    answer: openInterestHist,
  },
  // Recorded once as null.
  '/dapi/v1/fundingInfo': { family: FAMILIES.weight, weight: ONE, params: [], answer: () => null },
  '/dapi/v1/premiumIndex': {
    family: FAMILIES.weight,
    weight: () => 10,
    params: ['symbol'],
    answer: premiumIndex,
  },
};
