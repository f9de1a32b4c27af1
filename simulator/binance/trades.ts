import { DAY, HOUR } from '../../functions/core/time/time.ts';
import type { VenueContext } from '../frame/module.ts';
import { type Contract, type Market, restContractOf } from '../market/contracts.ts';
import { marketOf } from '../market/market.ts';
import type { Trade } from '../market/trading/trades.ts';
import { decimal } from '../numbers/decimal.ts';
import { BinanceRefusal, badSymbol, invalid } from './errors.ts';
import { writtenDigits } from './klines.ts';
import type { Params } from './params.ts';

export const TRADE_PARAMS = ['symbol', 'fromId', 'startTime', 'endTime', 'limit'] as const;

interface TradeRow {
  readonly a: number;
  readonly p: string;
  readonly q: string;
  readonly f: number;
  readonly l: number;
  readonly T: number;
  readonly m: boolean;
  readonly M?: boolean;
}

/** Perpetuals: no older than a year. The code is a choice of this simulator. */
const REACH = 365 * DAY;

/** `aggTrades`: by id, or by time with an hour at most between the bounds, or the newest. Oldest first. */
export function aggTrades(market: Market) {
  return (context: VenueContext, params: Params, { at: asOf }: { readonly at: number }): TradeRow[] => {
    const symbol = params.symbol();
    const fromId = params.integer('fromId');
    const start = params.integer('startTime');
    const end = params.integer('endTime');
    const limit = market === 'spot' ? Math.min(1_000, params.limit(500, Infinity)) : params.limit(500, 1_000);
    if (fromId !== undefined && (start !== undefined || end !== undefined)) {
      throw new BinanceRefusal(-1128, 'Combination of optional parameters invalid.');
    }
    if (start !== undefined && end !== undefined) {
      if (start > end) throw new BinanceRefusal(-1023, 'Start time is greater than end time.');
      if (end - start >= HOUR) {
        throw new BinanceRefusal(-1127, 'More than 1 hours between startTime and endTime.');
      }
    }
    const contract = restContractOf(market, symbol, asOf);
    if (!contract) throw badSymbol();
    const from = fromId === undefined ? start : marketOf(context).minuteOfTrade(contract, fromId, asOf);
    if (market === 'um' && from !== undefined && from < asOf - REACH) throw invalid('startTime');
    const until = Math.min(end ?? asOf, asOf) + 1;
    const rows =
      from === undefined
        ? newest(context, contract, until, limit)
        : oldest(context, contract, { from: Math.max(from, contract.restFrom ?? 0), until, fromId, limit });
    return rows.map((trade) => rowOf(contract, trade));
  };
}

function oldest(
  context: VenueContext,
  contract: Contract,
  {
    from,
    until,
    fromId = 0,
    limit,
  }: { from: number; until: number; fromId: number | undefined; limit: number },
): Trade[] {
  const out: Trade[] = [];
  for (const minute of marketOf(context).trades(contract, from, until)) {
    out.push(...minute.filter(({ id }) => id >= fromId));
    if (out.length >= limit) break;
  }
  return out.slice(0, limit);
}

function newest(context: VenueContext, contract: Contract, until: number, limit: number): Trade[] {
  const listed = contract.restFrom ?? contract.listedAt;
  for (let back = HOUR; ; back *= 8) {
    const from = Math.max(listed, Math.min(until, contract.delistedAt ?? until) - back);
    const all = [...marketOf(context).trades(contract, from, until)].flat();
    if (all.length >= limit || from <= listed) return all.slice(-limit);
  }
}

function rowOf(contract: Contract, { id, price, lots, first, last, time, buyerIsMaker }: Trade): TradeRow {
  const { price: ticks, lot } = contract.digits;
  const pad = writtenDigits(contract);
  return {
    a: id,
    p: decimal(price, ticks, pad.price),
    q: decimal(lots, lot, pad.lot),
    f: first,
    l: last,
    T: time,
    m: buyerIsMaker,
    ...(contract.market === 'spot' && { M: true }),
  };
}
