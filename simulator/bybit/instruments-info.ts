import type { VenueContext, VenueRequest } from '../frame/module.ts';
import { decimal } from '../numbers/decimal.ts';
import { badParameter } from './envelope.ts';
import { fundingHours, INSTRUMENTS, type Instrument } from './instruments.ts';
import { Params } from './params.ts';

export function instrumentsInfo(_: VenueContext, request: VenueRequest): unknown {
  const params = new Params(request);
  const category = params.category(['spot', 'linear', 'inverse'], 'params error: category invalid');
  const symbol = params.text('symbol');
  const base = params.text('baseCoin');
  const status = params.text('status') ?? 'Trading';
  const listed = INSTRUMENTS.filter(
    (i) =>
      i.category === category &&
      i.launchedAt <= request.at &&
      request.at < (i.contract.forgottenAt ?? Number.POSITIVE_INFINITY) &&
      (symbol === undefined || i.symbol === symbol) &&
      (base === undefined || i.base === base) &&
      // A delisted contract is found by its name, not in the list of those that trade.
      (statusOf(i, request.at) === status || (symbol !== undefined && params.text('status') === undefined)),
  ).sort((a, b) => (a.symbol < b.symbol ? -1 : 1));
  if (category === 'spot') return { category, list: listed.map((i) => spotInfo(i)) };
  if (symbol !== undefined && listed.length === 0) {
    throw badParameter('params error: symbol invalid', { category: '', list: [], nextPageCursor: '' });
  }
  const limit = params.limit(500, 1000);
  const after = lastSymbol(params.text('cursor'));
  const rest = listed.filter((i) => i.symbol > after);
  const page = rest.slice(0, limit);
  const more = rest.length > limit;
  return {
    category,
    list: page.map((i) => contractInfo(i, request.at)),
    nextPageCursor: more ? encodeURIComponent(`first=${page[0]?.symbol}&last=${page.at(-1)?.symbol}`) : '',
  };
}

function lastSymbol(cursor: string | undefined): string {
  if (cursor === undefined) return '';
  const last = /^first=\w+&last=(\w+)$/.exec(cursor)?.[1];
  if (last === undefined) throw badParameter('params error: cursor invalid');
  return last;
}

const statusOf = ({ contract }: Instrument, now: number): string =>
  contract.delistedAt !== undefined && contract.delistedAt <= now ? 'Closed' : 'Trading';

const tick = (digits: number): string => decimal(1, digits);

function spotInfo({ symbol, base, quote, contract }: Instrument): unknown {
  const { price, lot } = contract.digits;
  return {
    symbol,
    baseCoin: base,
    quoteCoin: quote,
    innovation: '0',
    status: 'Trading',
    marginTrading: 'utaOnly',
    stTag: '0',
    lotSizeFilter: {
      basePrecision: tick(lot),
      quotePrecision: '0.0000001',
      minOrderQty: tick(lot),
      maxOrderQty: '17000',
      minOrderAmt: '5',
      maxOrderAmt: '7000000',
    },
    priceFilter: { tickSize: tick(price) },
    riskParameters: { priceLimitRatioX: '0.01', priceLimitRatioY: '0.02' },
  };
}

function contractInfo(of: Instrument, now: number): unknown {
  const { symbol, base, quote, settle, category, contract } = of;
  const { price, lot } = contract.digits;
  const size = category === 'inverse' ? '1' : tick(lot);
  return {
    symbol,
    contractType: category === 'inverse' ? 'InversePerpetual' : 'LinearPerpetual',
    status: statusOf(of, now),
    baseCoin: base,
    quoteCoin: quote,
    launchTime: String(of.launchedAt),
    deliveryTime: statusOf(of, now) === 'Closed' ? String(contract.delistedAt) : '0',
    deliveryFeeRate: '',
    priceScale: String(price),
    leverageFilter: { minLeverage: '1', maxLeverage: '100.00', leverageStep: '0.01' },
    priceFilter: {
      minPrice: tick(price),
      maxPrice: decimal(1_999_999 * 10 ** price, price),
      tickSize: tick(price),
    },
    lotSizeFilter: {
      maxOrderQty: '1190.000',
      minOrderQty: size,
      qtyStep: size,
      postOnlyMaxOrderQty: '1190.000',
      maxMktOrderQty: '500.000',
      minNotionalValue: '5',
    },
    unifiedMarginTrade: true,
    fundingInterval: fundingHours(of, now) * 60,
    settleCoin: settle,
    copyTrading: 'none',
    upperFundingRate: '0.00375',
    lowerFundingRate: '-0.00375',
    isPreListing: false,
    preListingInfo: null,
  };
}
