import { DAY, HOUR, SECOND } from '../../functions/core/time/time.ts';
import type { VenueContext } from '../frame/module.ts';
import { pricesOf } from '../market/price.ts';
import { hash32, streamOf, unit } from '../numbers/noise.ts';
import { eight, type Option, options } from './chain.ts';
import { instantOf, type Method, required, text } from './params.ts';
import { indexPrice, quote } from './quotes.ts';
import { float, invalidParam, type Wire } from './wire.ts';

/** By the currency of the request: the coins of its options, and since when there are any. Ether's and the linear ones' days are invented. */
const MARKETS: Readonly<Record<string, { coins: readonly string[]; linear: boolean; since: number }>> = {
  BTC: { coins: ['BTC'], linear: false, since: Date.UTC(2016, 6, 1, 8) },
  ETH: { coins: ['ETH'], linear: false, since: Date.UTC(2019, 0, 1, 8) },
  USDC: { coins: ['BTC', 'AVAX'], linear: true, since: Date.UTC(2023, 5, 1, 8) },
};

/** The history host knows what happened so long ago. */
const BEHIND = 5 * SECOND;
const LARGEST_PAGE = 10_000;
/** Each day, this long after it began, many trade in one millisecond. */
const CROWDED_AT = 6 * HOUR + 123;
/** Days that are kept. */
const KEPT = 64;

export interface Trade {
  readonly at: number;
  readonly option: Option;
  readonly instrument: string;
  readonly seq: number;
  readonly id: string;
}

/** How often an option trades in a day that begins at 08:00. */
function countOf(stream: number, day: number): number {
  const busy = unit(stream, 100 + day / HOUR);
  return busy < 0.55 ? 0 : busy < 0.85 ? 1 : busy < 0.97 ? 2 : 6;
}

/** Linear options write a `d` for the point of a strike. */
const nameOf = ({ name, expiry, strike, call }: Option, linear: boolean): string =>
  linear
    ? `${expiry.currency}_USDC-${expiry.code}-${String(strike).replace('.', 'd')}-${call ? 'C' : 'P'}`
    : name;

/** All trades of a day, in order; those of an option are numbered from its listing on. */
function makeDay(context: VenueContext, currency: string, day: number): Trade[] {
  const { coins, linear } = MARKETS[currency]!;
  const prices = pricesOf(context);
  const trades = coins.flatMap((coin) =>
    options(context.seed, prices, coin, day).flatMap((option) => {
      const instrument = nameOf(option, linear);
      const stream = streamOf(context.seed, 'deribit-trades', instrument);
      let before = 0;
      for (let earlier = eight(option.listedAt); earlier < day; earlier += DAY)
        before += countOf(stream, earlier);
      const times = Array.from({ length: countOf(stream, day) }, (_, i) => {
        const crowded = i === 0 && hash32(stream, 7 + day / HOUR) % 8 === 0;
        return day + (crowded ? CROWDED_AT : Math.floor(unit(stream, 1000 + day / HOUR + i / 16) * DAY));
      }).sort((a, b) => a - b);
      return times.map((at, i) => ({ at, option, instrument, seq: before + i + 1 }));
    }),
  );
  const ordered = trades.sort((a, b) => a.at - b.at || (a.instrument < b.instrument ? -1 : 1));
  const prefix = currency === 'BTC' ? '' : `${currency}-`;
  return ordered.map((trade, i) => ({
    ...trade,
    id: `${prefix}${Math.floor(day / DAY) - 16_000}${String(i).padStart(5, '0')}`,
  }));
}

function tradesOf(context: VenueContext, currency: string, day: number): readonly Trade[] {
  const days = context.shared('deribit-trades', () => new Map<string, readonly Trade[]>());
  const key = `${currency} ${day}`;
  const known = days.get(key) ?? makeDay(context, currency, day);
  days.delete(key);
  days.set(key, known);
  if (days.size > KEPT) days.delete(days.keys().next().value!);
  return known;
}

/** Trades within inclusive bounds, oldest first, one more than `count` where there are more. */
export function tradesBetween(
  context: VenueContext,
  currency: string,
  start: number,
  end: number,
  count = Number.POSITIVE_INFINITY,
): Trade[] {
  const out: Trade[] = [];
  const first = eight(Math.max(start, MARKETS[currency]!.since));
  for (let day = first; day <= end && out.length <= count; day += DAY) {
    for (const trade of tradesOf(context, currency, day)) {
      if (trade.at >= start && trade.at <= end) out.push(trade);
    }
  }
  return out;
}

function wireOf(context: VenueContext, { at, option, instrument, seq, id }: Trade, linear: boolean): Wire {
  const prices = pricesOf(context);
  const q = quote(context.seed, prices, option, at);
  const stream = streamOf(context.seed, 'deribit-trade', id);
  const mark = linear ? q.value.price : q.mark;
  const digits = linear ? 2 : 4;
  const amount = float(0.1 * (1 + (hash32(stream, 1) % 50)), 1);
  const combo = hash32(stream, 2) % 15 === 0 && !linear;
  const { expiry, strike } = option;
  const comboId = `${expiry.currency}-CS-${expiry.code}-${strike}_${strike * 1.1}`;
  return {
    timestamp: at,
    iv: float(q.iv, 2),
    price: float(Math.max(linear ? 0.01 : 0.0001, mark * (0.97 + 0.06 * unit(stream, 3))), digits),
    amount,
    direction: hash32(stream, 4) % 2 === 0 ? 'buy' : 'sell',
    index_price: float(indexPrice(prices, expiry.currency, at), 2),
    instrument_name: instrument,
    trade_seq: seq,
    mark_price: float(mark, linear ? 4 : 8),
    tick_direction: hash32(stream, 5) % 4,
    combo_id: combo ? comboId : undefined,
    block_trade_id: hash32(stream, 6) % 40 === 0 ? `BLOCK-${hash32(stream, 7) % 1_000_000}` : undefined,
    // Old rows do not say it.
    contracts: at >= Date.UTC(2023, 0) ? amount : undefined,
    trade_id: id,
    combo_trade_id: combo ? `${id}0` : undefined,
  };
}

/**
 * Trades of options by currency and time. `has_more` is false now and then although there are more, and two neighbours within a page
 * may be in the wrong order, as the history host was seen to do. The switch `deribit-trades-page` caps pages as mirrors may.
 */
export const lastTrades: Method = (context, params, now) => {
  const currency = required(params, 'currency');
  const market = MARKETS[currency];
  if (!market) throw invalidParam('currency', 'wrong format');
  const kind = text(params, 'kind') ?? 'any';
  const start = instantOf(params, 'start_timestamp');
  const end = Math.min(instantOf(params, 'end_timestamp'), now - BEHIND);
  const sorting = text(params, 'sorting') ?? 'default';
  if (!['asc', 'desc', 'default'].includes(sorting)) throw invalidParam('sorting', 'wrong format');
  const count = Number(text(params, 'count') ?? 10);
  if (!Number.isInteger(count) || count < 1 || count > LARGEST_PAGE)
    throw invalidParam('count', 'must be between 1 and 10000');
  // Trades of other kinds are not simulated.
  if (kind !== 'option' && kind !== 'any') return { trades: [], has_more: false };
  const page = Math.min(count, Number(context.switches.get('deribit-trades-page') ?? LARGEST_PAGE));
  const newest = sorting !== 'asc';
  const found = tradesBetween(context, currency, start, end, newest ? undefined : page);
  const served = newest ? found.slice(-page).reverse() : found.slice(0, page);
  for (let i = 25; i < served.length; i += 50) [served[i - 1], served[i]] = [served[i]!, served[i - 1]!];
  const more = found.length > served.length;
  const forgets = hash32(streamOf(context.seed, 'deribit-has-more', currency), start % 2 ** 31) % 5 === 0;
  return {
    trades: served.map((trade) => wireOf(context, trade, market.linear)),
    has_more: more && !forgets,
  };
};
