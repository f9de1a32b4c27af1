import { DAY } from '../../functions/core/time/time.ts';
import { badSymbol, invalid } from '../binance/errors.ts';
import type { Params } from '../binance/params.ts';
import type { RowsOverride } from '../frame/faults/overrides.ts';
import type { VenueContext, VenueRequest } from '../frame/module.ts';
import { CONTRACTS, type Contract, isKnown, restContractOf } from '../market/contracts.ts';
import { adjustedSymbols, type Settlement, settlements } from '../market/funding.ts';
import { marketOf } from '../market/market.ts';
import { decimal } from '../numbers/decimal.ts';

/** Settlements before have no mark price. */
const MARK_PRICE_FROM = Date.UTC(2023, 9, 31);
/** Since then every row names its rate type. */
const RATE_TYPE_FROM = Date.UTC(2026, 6);

/** `GET /fapi/v1/fundingRate` */
export function fundingRate(context: VenueContext, params: Params, request: VenueRequest): unknown {
  const symbol = params.optionalSymbol();
  const start = params.integer('startTime');
  const end = params.integer('endTime');
  const limit = params.limit(100, 1000);
  if (start !== undefined && end !== undefined && start > end) throw invalid('endTime');
  const now = request.at;
  const recorded = symbol === undefined ? undefined : context.overrides.rows('um', symbol, 'fundingRate');
  if (recorded) return recordedRows(recorded, { start, end: Math.min(end ?? now, now), limit });
  const contracts =
    symbol === undefined
      ? CONTRACTS.filter((c) => c.market === 'um' && isKnown(c, now))
      : [perpetual(symbol, now)];
  const to = Math.min(end === undefined ? Infinity : end + 1, now + 1);
  const lost = context.faults.lostSettlements('binance-usdm', request.line);
  const rows = contracts
    .flatMap((contract) => collect(context, contract, { start, to, limit }))
    .filter(({ at }) => !lost.has(at.due))
    .sort((a, b) => a.at.time - b.at.time);
  const page = start === undefined ? rows.slice(-limit) : rows.slice(0, limit);
  return page.map(({ contract, at }) => fundingRow(context, contract, at, now));
}

/** Rows of an override are `[fundingTime, fundingRate, markPrice]`, oldest first. */
function recordedRows(
  { symbol, rows }: RowsOverride,
  { start, end, limit }: { start: number | undefined; end: number; limit: number },
): unknown {
  const within = rows.filter(([at]) => Number(at) >= (start ?? 0) && Number(at) <= end);
  const page = start === undefined ? within.slice(-limit) : within.slice(0, limit);
  return page.map(([fundingTime, fundingRate, markPrice]) => ({
    symbol,
    fundingTime,
    fundingRate,
    markPrice,
  }));
}

interface Row {
  readonly contract: Contract;
  readonly at: Settlement;
}

/** Enough settlements of one contract for a page, from the end that the page is cut at. */
function collect(
  context: VenueContext,
  contract: Contract,
  { start, to, limit }: { start: number | undefined; to: number; limit: number },
): Row[] {
  const last = Math.min(to, contract.delistedAt ?? Infinity);
  const first = Math.max(start ?? 0, contract.listedAt);
  const span = Math.ceil(limit / 3 + 1) * DAY;
  const range =
    start === undefined ? [Math.max(first, last - span), last] : [first, Math.min(last, first + span)];
  const [from = 0, until = 0] = range;
  return settlements(context.seed, contract, from, until).map((at) => ({ contract, at }));
}

function perpetual(symbol: string, now: number): Contract {
  const contract = restContractOf('um', symbol, now);
  if (!contract) throw badSymbol();
  return contract;
}

function fundingRow(context: VenueContext, contract: Contract, at: Settlement, now: number): unknown {
  const { price } = contract.digits;
  const mark = at.due < MARK_PRICE_FROM ? '' : decimal(marketOf(context).priceAt(contract, at.due), price, 8);
  return {
    symbol: contract.symbol,
    fundingTime: at.time,
    fundingRate: decimal(at.rate, 8),
    markPrice: mark,
    ...(now >= RATE_TYPE_FROM ? { rateType: 'Regular' } : {}),
  };
}

/** `GET /fapi/v1/fundingInfo`: only symbols that were ever adjusted, and COIN-M perpetuals among them. */
export function fundingInfo(now: number): unknown {
  const um = adjustedSymbols(now)
    .filter(({ symbol }) => restContractOf('um', symbol, now))
    .map(({ symbol, phase }) => infoRow(symbol, phase.hours, phase.from === 0 ? null : phase.from + 1_846));
  return [...um, infoRow('BTCUSD_PERP', 8, null)];
}

const infoRow = (symbol: string, hours: number, updateTime: number | null): unknown => ({
  symbol,
  adjustedFundingRateCap: '0.02000000',
  adjustedFundingRateFloor: '-0.02000000',
  fundingIntervalHours: hours,
  disclaimer: false,
  updateTime,
});
