import { listedIn, ORDER_TYPES } from '../binance/listed.ts';
import type { VenueContext } from '../frame/module.ts';
import { type Contract, isKnown } from '../market/contracts.ts';
import { decimal } from '../numbers/decimal.ts';

/** What the venue writes for a perpetual without an end: the last hour of the year 2100. */
const NO_END = 4_133_404_800_000;

/** `GET /dapi/v1/exchangeInfo`: `contractStatus` where USD-M has `status`, and the size of a contract as a number. */
export const exchangeInfo = (context: VenueContext, now: number): unknown => ({
  timezone: 'UTC',
  serverTime: now,
  rateLimits: [
    { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 2400 },
    { rateLimitType: 'ORDERS', interval: 'MINUTE', intervalNum: 1, limit: 1200 },
  ],
  exchangeFilters: [],
  symbols: listedIn(context, 'cm')
    .filter((contract) => isKnown(contract, now))
    .map(symbolInfo),
});

export const pairOf = ({ base, quote }: Pick<Contract, 'base' | 'quote'>): string => `${base}${quote}`;

function symbolInfo(contract: Contract): unknown {
  const { symbol, base, quote, digits, delistedAt } = contract;
  return {
    symbol,
    pair: pairOf(contract),
    contractType: delistedAt === undefined ? 'PERPETUAL' : 'CURRENT_QUARTER',
    deliveryDate: delistedAt ?? NO_END,
    onboardDate: contract.onboardDate,
    contractStatus: 'TRADING',
    contractSize: contract.contractSize,
    marginAsset: base,
    maintMarginPercent: '2.5000',
    requiredMarginPercent: '5.0000',
    baseAsset: base,
    quoteAsset: quote,
    pricePrecision: digits.price,
    quantityPrecision: 0,
    baseAssetPrecision: 8,
    quotePrecision: 8,
    equalQtyPrecision: 4,
    maxMoveOrderLimit: 10000,
    triggerProtect: '0.0500',
    underlyingType: 'COIN',
    underlyingSubType: ['PoW'],
    liquidationFee: '0.015000',
    marketTakeBound: '0.05',
    filters: [
      {
        filterType: 'PRICE_FILTER',
        minPrice: '1000',
        maxPrice: '4520958',
        tickSize: decimal(1, digits.price),
      },
      { filterType: 'LOT_SIZE', minQty: '1', maxQty: '1000000', stepSize: '1' },
    ],
    orderTypes: ORDER_TYPES,
    timeInForce: ['GTC', 'IOC', 'FOK', 'GTX'],
  };
}
