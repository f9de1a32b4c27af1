import { BinanceRefusal, badSymbol } from '../binance/errors.ts';
import { listedIn } from '../binance/listed.ts';
import type { Params } from '../binance/params.ts';
import type { VenueContext } from '../frame/module.ts';
import { type Contract, isKnown, isTrading } from '../market/contracts.ts';
import { decimal } from '../numbers/decimal.ts';

const STATUSES = ['TRADING', 'HALT', 'BREAK'];

/** `GET /api/v3/exchangeInfo`. @param unit 1 for ms, 1000 for µs */
export function exchangeInfo(context: VenueContext, params: Params, now: number, unit: number): unknown {
  const listed = listedIn(context, 'spot').filter((c) => isKnown(c, now));
  return exchangeInfoOf(params, listed, now, unit);
}

/** An answer about some symbols. @param unit 1 for ms, 1000 for µs */
export function exchangeInfoOf(
  params: Params,
  listed: readonly Contract[],
  now: number,
  unit: number,
): unknown {
  return {
    timezone: 'UTC',
    serverTime: now * unit,
    rateLimits: [
      { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 6000 },
      { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 100 },
      { rateLimitType: 'ORDERS', interval: 'DAY', intervalNum: 1, limit: 200000 },
      { rateLimitType: 'RAW_REQUESTS', interval: 'MINUTE', intervalNum: 5, limit: 300000 },
    ],
    exchangeFilters: [],
    symbols: chosen(params, listed, now).map((c) => symbolInfo(c, now)),
  };
}

function chosen(params: Params, listed: readonly Contract[], now: number): readonly Contract[] {
  const symbol = params.optionalSymbol();
  const symbols = params.text('symbols');
  const status = params.text('symbolStatus');
  if ([symbol, symbols, status].filter((p) => p !== undefined).length > 1) {
    throw new BinanceRefusal(-1128, 'Combination of optional parameters invalid.');
  }
  if (status !== undefined) {
    if (!STATUSES.includes(status))
      throw new BinanceRefusal(-1130, "Data sent for parameter 'symbolStatus' is not valid.");
    return listed.filter((c) => statusOf(c, now) === status);
  }
  const names = symbol === undefined ? symbols && listOf(symbols) : [symbol];
  if (!names) return listed;
  return names.map((name) => {
    const found = listed.find((c) => c.symbol === name);
    if (!found) throw badSymbol();
    return found;
  });
}

function listOf(text: string): string[] {
  if (!/^\["[A-Z0-9-_.\u0080-\uffff]+"(,"[A-Z0-9-_.\u0080-\uffff]+")*\]$/.test(text)) {
    throw new BinanceRefusal(
      -1100,
      'Illegal characters found in parameter \'symbols\'; legal range is \'^\\[("[A-Z0-9-_.]{1,20}"(,"[A-Z0-9-_.]{1,20}"){0,}){0,1}\\]$\'.',
    );
  }
  return JSON.parse(text) as string[];
}

const statusOf = (contract: Contract, now: number): string =>
  isTrading(contract, now) ? 'TRADING' : 'BREAK';

function symbolInfo(contract: Contract, now: number): unknown {
  const { price, lot } = contract.digits;
  const tick = decimal(1, price, 8);
  const step = decimal(1, lot, 8);
  return {
    symbol: contract.symbol,
    status: statusOf(contract, now),
    baseAsset: contract.base,
    baseAssetPrecision: 8,
    quoteAsset: contract.quote,
    quotePrecision: 8,
    quoteAssetPrecision: 8,
    baseCommissionPrecision: 8,
    quoteCommissionPrecision: 8,
    orderTypes: ['LIMIT', 'LIMIT_MAKER', 'MARKET', 'STOP_LOSS_LIMIT', 'TAKE_PROFIT_LIMIT'],
    icebergAllowed: true,
    ocoAllowed: true,
    isSpotTradingAllowed: true,
    isMarginTradingAllowed: false,
    filters: [
      { filterType: 'PRICE_FILTER', minPrice: tick, maxPrice: '1000000.00000000', tickSize: tick },
      { filterType: 'LOT_SIZE', minQty: step, maxQty: '9000000.00000000', stepSize: step },
    ],
    permissions: [],
    permissionSets: [['SPOT']],
    defaultSelfTradePreventionMode: 'EXPIRE_MAKER',
    allowedSelfTradePreventionModes: ['EXPIRE_TAKER', 'EXPIRE_MAKER', 'EXPIRE_BOTH'],
  };
}
