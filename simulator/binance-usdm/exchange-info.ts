import { DAY } from '../../functions/core/time/time.ts';
import { listedIn, ORDER_TYPES } from '../binance/listed.ts';
import type { VenueContext } from '../frame/module.ts';
import { type Contract, isKnown } from '../market/contracts.ts';
import { decimal } from '../numbers/decimal.ts';

/** What the venue writes for a perpetual without an end: the last hour of the year 2100. */
const NO_END = 4_133_404_800_000;
/** How long before its end a delisting is known. */
const ANNOUNCED = 7 * DAY;

/** `GET /fapi/v1/exchangeInfo`; a delisted contract stays as SETTLING. */
export function exchangeInfo(context: VenueContext, now: number): unknown {
  const listed = listedIn(context, 'um').filter((c) => isKnown(c, now));
  return exchangeInfoOf(listed, now);
}

/** An answer about some contracts. */
export function exchangeInfoOf(listed: readonly Contract[], now: number): unknown {
  return {
    timezone: 'UTC',
    serverTime: now,
    futuresType: 'U_MARGINED',
    rateLimits: [
      { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 2400 },
      { rateLimitType: 'ORDERS', interval: 'MINUTE', intervalNum: 1, limit: 1200 },
      { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 300 },
    ],
    exchangeFilters: [],
    assets: [{ asset: 'USDT', marginAvailable: true, autoAssetExchange: '-10000' }],
    symbols: listed.map((c) => symbolInfo(c, now)),
  };
}

function symbolInfo(contract: Contract, now: number): unknown {
  const { price, lot } = contract.digits;
  const { delistedAt } = contract;
  return {
    symbol: contract.symbol,
    pair: contract.symbol,
    contractType: contract.underlying === undefined ? 'PERPETUAL' : 'TRADIFI_PERPETUAL',
    deliveryDate: delistedAt !== undefined && now >= delistedAt - ANNOUNCED ? delistedAt : NO_END,
    onboardDate: contract.onboardDate,
    status: delistedAt !== undefined && now >= delistedAt ? 'SETTLING' : 'TRADING',
    maintMarginPercent: '2.5000',
    requiredMarginPercent: '5.0000',
    baseAsset: `${contract.multiplier > 1 ? contract.multiplier : ''}${contract.base}`,
    quoteAsset: contract.quote,
    marginAsset: contract.quote,
    pricePrecision: price,
    quantityPrecision: lot,
    baseAssetPrecision: 8,
    quotePrecision: 8,
    underlyingType: contract.underlying ?? 'COIN',
    underlyingSubType: contract.underlying === undefined ? [] : ['TradFi'],
    triggerProtect: '0.0500',
    liquidationFee: '0.012500',
    marketTakeBound: '0.05',
    maxMoveOrderLimit: 10000,
    filters: [
      {
        filterType: 'PRICE_FILTER',
        minPrice: decimal(1, price),
        maxPrice: '1000000',
        tickSize: decimal(1, price),
      },
      { filterType: 'LOT_SIZE', minQty: decimal(1, lot), maxQty: '1000000', stepSize: decimal(1, lot) },
    ],
    orderTypes: ORDER_TYPES,
    timeInForce: ['GTC', 'IOC', 'FOK', 'GTX', 'GTD'],
  };
}
