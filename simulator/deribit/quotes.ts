import { DAY, HOUR } from '../../functions/core/time/time.ts';
import type { Prices } from '../market/price.ts';
import { smooth, streamOf, unit } from '../numbers/noise.ts';
import { black76, type Valued } from './black76.ts';
import type { Expiry, Option } from './chain.ts';

export interface Underlying {
  readonly price: number;
  /** a future, a synthetic one, or the index itself on the last day */
  readonly name: string;
}

export interface Quote {
  readonly option: Option;
  readonly underlying: Underlying;
  readonly iv: number;
  readonly value: Valued;
  /** coins */
  readonly mark: number;
  readonly bid: number | undefined;
  readonly ask: number | undefined;
  readonly last: number | undefined;
  /** coins, of the last 24 hours */
  readonly volume: number;
  /** coins */
  readonly openInterest: number;
}

export const indexPrice = (prices: Prices, currency: string, now: number): number =>
  Number(prices.at(currency, now).toFixed(2));

function underlyingOf(seed: number, prices: Prices, expiry: Expiry, now: number): Underlying {
  const index = indexPrice(prices, expiry.currency, now);
  const left = expiry.at - now;
  if (left < DAY) return { price: index, name: 'index_price' };
  const rate = 0.06 + 0.05 * smooth(streamOf(seed, 'deribit', 'carry'), now, 20 * DAY);
  const price = Number((index * Math.exp((rate * left) / (365 * DAY))).toFixed(2));
  const name = `${expiry.currency}-${expiry.code}`;
  return { price, name: expiry.class === 'day' ? `SYN.${name}` : name };
}

/** Percent: a level that drifts, higher for the near and for what is far from the money, above all below it. */
function impliedVolatility(seed: number, { expiry, strike }: Option, forward: number, now: number): number {
  const stream = streamOf(seed, 'deribit', expiry.currency, 'iv');
  const years = Math.max(expiry.at - now, HOUR) / (365 * DAY);
  const level = (expiry.currency === 'BTC' ? 44 : 62) + 14 * smooth(stream, now, 25 * DAY);
  const near = 5 * Math.exp(-years * 20) * smooth(stream + 1, now, 2 * DAY);
  const atm = level + near + 4 * Math.sqrt(years);
  const distance = Math.log(strike / forward) / ((atm / 100) * Math.sqrt(years));
  const x = Math.min(5, Math.max(-5, distance));
  return Number(Math.min(350, atm * (1 - 0.035 * x + 0.055 * x * x)).toFixed(2));
}

const tickOf = (mark: number): number => (mark < 0.005 ? 0.0001 : 0.0005);
const toTick = (price: number, tick: number, round: (n: number) => number): number =>
  Number((round(price / tick + 1e-9) * tick).toFixed(4));

export function quote(seed: number, prices: Prices, option: Option, now: number): Quote {
  const { expiry, strike, call } = option;
  const underlying = underlyingOf(seed, prices, expiry, now);
  const iv = impliedVolatility(seed, option, underlying.price, now);
  const value = black76({ call, forward: underlying.price, strike, left: expiry.at - now, iv });
  const mark = Math.max(0, value.price / underlying.price);
  const stream = streamOf(seed, 'deribit', option.name);
  const tick = tickOf(mark);
  const spread = tick * 0.6 + mark * 0.02 * (0.5 + unit(stream, 1));
  const bid = toTick(mark - spread, tick, Math.floor);
  const openInterest = interest(stream, option, value, now);
  const busy = unit(stream, 3 + Math.floor(now / (6 * HOUR)));
  const traded = openInterest > 0 && busy < 0.45;
  return {
    option,
    underlying,
    iv,
    value,
    mark,
    bid: bid >= tick ? bid : undefined,
    // Deep in the money there are no offers.
    ask: mark > 0.6 && unit(stream, 2) < 0.5 ? undefined : toTick(mark + spread, tick, Math.ceil),
    last: openInterest > 0 ? toTick(Math.max(tick, mark * (0.9 + 0.2 * busy)), tick, Math.round) : undefined,
    volume: traded ? Number((openInterest * 0.3 * busy * busy + 0.1).toFixed(1)) : 0,
    openInterest,
  };
}

/** Grows from nothing on the listing day, most of it near round strikes out of the money. */
function interest(
  stream: number,
  { expiry, strike, listedAt, call }: Option,
  { delta }: Valued,
  now: number,
): number {
  const age = Math.floor((now - listedAt) / HOUR) / 24;
  if (age < 1) return 0;
  const size = { day: 90, week: 220, month: 700, quarter: 1900 }[expiry.class];
  const moneyness = Math.exp(-(((Math.abs(delta) - 0.25) / 0.3) ** 2));
  const round = strike % 10_000 === 0 ? 2.5 : strike % 5_000 === 0 ? 1.4 : 0.7;
  const luck = unit(stream, 9) ** 2 * (call ? 1.15 : 0.9);
  const grown = 1 - Math.exp(-age / 6);
  const tide = 1 + 0.1 * smooth(stream + 1, now, 2 * DAY);
  return Number((size * moneyness * round * luck * grown * tide).toFixed(1));
}
