import type { VenueContext } from '../frame/module.ts';
import { pricesOf } from '../market/price.ts';
import { hash32, streamOf } from '../numbers/noise.ts';
import { CURRENCIES, type Currency, expiries, type Option, options } from './chain.ts';
import { type Method, type Params, required, text } from './params.ts';
import { indexPrice, type Quote, quote } from './quotes.ts';
import { volatilityIndex } from './volatility-index.ts';
import { float, invalidParam, type Wire } from './wire.ts';

const KNOWN_CURRENCIES = ['BTC', 'ETH', 'USDC', 'USDT', 'EURR', 'any'];
const KINDS = ['future', 'option', 'spot', 'future_combo', 'option_combo', 'combo', 'any'];

/** The requested options. Other kinds of instruments are not simulated, so there are none. */
function selectOptions(context: VenueContext, params: Params, now: number): Option[] {
  const currency = required(params, 'currency');
  if (!KNOWN_CURRENCIES.includes(currency)) throw invalidParam('currency', 'wrong format');
  const kind = text(params, 'kind') ?? 'any';
  if (!KINDS.includes(kind)) throw invalidParam('kind', 'wrong format');
  if (kind !== 'option' && kind !== 'any') return [];
  return CURRENCIES.filter((c) => currency === c || currency === 'any').flatMap((c) =>
    chain(context, c, now),
  );
}

const chain = (context: VenueContext, currency: Currency, now: number): Option[] =>
  options(context.seed, pricesOf(context), currency, now);

const orNull = (value: number | undefined, digits: number): Wire =>
  value === undefined ? null : float(value, digits);

const bookSummary: Method = (context, params, now) =>
  selectOptions(context, params, now).map((option) => {
    const prices = pricesOf(context);
    const q = quote(context.seed, prices, option, now);
    const mid = q.bid !== undefined && q.ask !== undefined ? (q.bid + q.ask) / 2 : undefined;
    const index = indexPrice(prices, option.expiry.currency, now);
    return {
      volume_usd: float(q.volume * (q.last ?? 0) * index, 2),
      volume: float(q.volume, 1),
      underlying_price: float(q.underlying.price, 4),
      underlying_index: q.underlying.name,
      quote_currency: option.expiry.currency,
      price_change: q.volume > 0 ? float(changeOf(context, q), 4) : null,
      open_interest: float(q.openInterest, 1),
      mid_price: orNull(mid, 8),
      mark_price: float(q.mark, 8),
      mark_iv: float(q.iv, 2),
      low: q.volume > 0 ? orNull(low(q), 4) : null,
      last: orNull(q.last, 4),
      interest_rate: float(0, 1),
      instrument_name: option.name,
      high: q.volume > 0 ? orNull(high(q), 4) : null,
      estimated_delivery_price: float(index, 2),
      // Rows are made one after the other: their stamps differ by some milliseconds.
      creation_timestamp: now - 8 + (hash32(context.seed, option.strike) % 8),
      bid_price: orNull(q.bid, 4),
      base_currency: option.expiry.currency,
      ask_price: orNull(q.ask, 4),
    };
  });

const changeOf = ({ seed }: VenueContext, { option }: Quote): number =>
  (hash32(streamOf(seed, 'deribit', option.name), 11) / 2 ** 32 - 0.5) * 80;
const low = ({ last, mark }: Quote): number => Math.min(last ?? mark, mark) * 0.95;
const high = ({ last, mark }: Quote): number => Math.max(last ?? mark, mark) * 1.05;

const instruments: Method = (context, params, now) =>
  text(params, 'expired') === 'true'
    ? []
    : selectOptions(context, params, now).map(({ name, expiry, strike, call, listedAt }) => ({
        tick_size: float(0.0001, 4),
        tick_size_steps: [{ tick_size: float(0.0005, 4), above_price: float(0.005, 3) }],
        taker_commission: float(0.0003, 4),
        strike: float(strike, 1),
        settlement_period: expiry.class === 'quarter' ? 'month' : expiry.class,
        settlement_currency: expiry.currency,
        quote_currency: expiry.currency,
        price_index: `${expiry.currency.toLowerCase()}_usd`,
        option_type: call ? 'call' : 'put',
        min_trade_amount: float(0.1, 1),
        maker_commission: float(0.0003, 4),
        kind: 'option',
        is_active: true,
        instrument_type: 'reversed',
        instrument_name: name,
        instrument_id: hash32(streamOf(context.seed, 'deribit', name), 12) % 1_000_000,
        expiration_timestamp: expiry.at,
        creation_timestamp: listedAt + (hash32(context.seed, strike) % 60) * 1000,
        counter_currency: 'USD',
        contract_size: float(1, 1),
        block_trade_commission: float(0.0003, 4),
        base_currency: expiry.currency,
      }));

const ticker: Method = (context, params, now) => {
  const name = required(params, 'instrument_name');
  const [currency, code, strike, side] = name.split('-');
  const known = CURRENCIES.find((c) => c === currency);
  const listed = known && expiries(known, now).some((e) => e.code === code) && strike && side;
  const option = listed && chain(context, known, now).find((o) => o.name === name);
  if (!option) throw invalidParam('instrument_name', 'instrument not found');
  const prices = pricesOf(context);
  const q = quote(context.seed, prices, option, now);
  const index = indexPrice(prices, option.expiry.currency, now);
  const { delta, gamma, vega, theta, rho } = q.value;
  return {
    timestamp: now,
    state: 'open',
    stats: {
      high: q.volume > 0 ? orNull(high(q), 4) : null,
      low: q.volume > 0 ? orNull(low(q), 4) : null,
      price_change: q.volume > 0 ? float(changeOf(context, q), 4) : null,
      volume: float(q.volume, 1),
      volume_usd: float(q.volume * (q.last ?? 0) * index, 2),
    },
    greeks: {
      delta: float(delta, 5),
      gamma: float(gamma, 5),
      vega: float(vega, 5),
      theta: float(theta, 5),
      rho: float(rho, 5),
    },
    index_price: float(index, 2),
    instrument_name: name,
    last_price: orNull(q.last, 4),
    settlement_price: float(q.mark, 8),
    min_price: float(Math.max(0.0001, q.mark - 0.03), 4),
    max_price: float(q.mark + 0.03, 4),
    open_interest: float(q.openInterest, 1),
    mark_price: float(q.mark, 4),
    interest_rate: float(0, 1),
    estimated_delivery_price: float(index, 2),
    // Without a quote the price is 0.0 here, where the summary has null.
    best_ask_price: float(q.ask ?? 0, 4),
    best_bid_price: float(q.bid ?? 0, 4),
    mark_iv: float(q.iv, 2),
    bid_iv: float(q.bid === undefined ? 0 : q.iv * 0.98, 2),
    ask_iv: float(q.ask === undefined ? 0 : q.iv * 1.02, 2),
    underlying_price: float(q.underlying.price, 4),
    underlying_index: q.underlying.name,
    best_ask_amount: float(q.ask === undefined ? 0 : 10, 1),
    best_bid_amount: float(q.bid === undefined ? 0 : 10, 1),
  };
};

const getIndexPrice: Method = (context, params, now) => {
  const name = required(params, 'index_name');
  const currency = CURRENCIES.find((c) => name === `${c.toLowerCase()}_usd`);
  if (!currency) throw invalidParam('index_name', 'wrong format');
  const price = float(indexPrice(pricesOf(context), currency, now), 2);
  return { index_price: price, estimated_delivery_price: price };
};

export const METHODS: Readonly<Record<string, Method>> = {
  'public/get_book_summary_by_currency': bookSummary,
  'public/get_instruments': instruments,
  'public/ticker': ticker,
  'public/get_index_price': getIndexPrice,
  'public/get_volatility_index_data': volatilityIndex,
};
