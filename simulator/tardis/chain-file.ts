import { gzipSync } from 'node:zlib';
import { HOUR, SECOND } from '../../functions/core/time/time.ts';
import { CURRENCIES, type Option, options } from '../deribit/chain.ts';
import { type Quote, quote } from '../deribit/quotes.ts';
import type { VenueContext } from '../frame/module.ts';
import { pricesOf } from '../market/price.ts';
import { hash32, streamOf, unit } from '../numbers/noise.ts';

const COLUMNS =
  'exchange,symbol,timestamp,local_timestamp,type,strike_price,expiration,open_interest,last_price,bid_price,bid_amount,bid_iv,' +
  'ask_price,ask_amount,ask_iv,mark_price,mark_iv,underlying_index,underlying_price,delta,gamma,vega,theta,rho';

const HOURS = 24;
/** How many of a hundred options are not quoted again in an hour. The others are once: a real file has a row for each change. */
const QUIET = 12;

interface Line {
  /** when it arrived; epoch microseconds, by which files are sorted */
  readonly at: number;
  readonly text: string;
}

/**
 * A day of option quotes, as it is published: in the order in which they arrived, with the venue's own stamps a little earlier and
 * not in order, cells that are empty or `NaN`, and the options of all coins, in the coin and in USDC.
 */
export function chainFile(context: VenueContext, day: number): Buffer {
  const lines: Line[] = [];
  // Options are listed and expire at eight.
  for (const [from, to] of [
    [0, 8],
    [8, HOURS],
  ] as const) {
    for (const coin of CURRENCIES) {
      for (const option of options(context.seed, pricesOf(context), coin, day + from * HOUR)) {
        for (let hour = from; hour < to; hour++) lines.push(...quotesOf(context, option, day + hour * HOUR));
      }
    }
  }
  lines.sort((a, b) => a.at - b.at);
  const csv = [COLUMNS, ...lines.map(({ text }) => text), ''].join('\n');
  return gzipSync(csv, { level: 1 });
}

function quotesOf(context: VenueContext, option: Option, hour: number): Line[] {
  const stream = streamOf(context.seed, 'tardis', option.name);
  const n = Math.floor(hour / HOUR);
  if (hash32(stream, n) % 100 < QUIET) return [];
  const times = [hour + Math.floor(unit(stream + 1, n) * HOUR)];
  // Now and then one comes at the very end of the hour.
  if (hash32(stream + 2, n) % 50 === 0) times.push(hour + HOUR - 1);
  const lines = times.map((at) => lineOf(context, option, option.name, at, stream));
  // There are linear options beside those that are settled in the coin.
  if (hash32(stream + 3, 0) % 40 === 0) {
    const linear = option.name.replace('-', '_USDC-');
    lines.push(lineOf(context, option, linear, times[0]! + SECOND, stream));
  }
  return lines.filter(({ at }) => at < (hour + HOUR) * 1_000);
}

function lineOf(context: VenueContext, option: Option, name: string, at: number, stream: number): Line {
  const q = quote(context.seed, pricesOf(context), option, at);
  const local = at * 1_000 + (hash32(stream + 4, at % 2 ** 31) % 1_000);
  const delay = 2_000 + (hash32(stream + 5, at % 2 ** 31) % 40_000);
  // The last digits are those of milliseconds: the venue's own stamps are not finer.
  const stamp = Math.floor((local - delay) / 1_000) * 1_000;
  const isUnpriced = hash32(stream + 6, 0) % 60 === 0;
  const cells: (string | number | undefined)[] = [
    'deribit',
    name,
    stamp,
    local,
    option.call ? 'call' : 'put',
    option.strike,
    option.expiry.at * 1_000,
    q.openInterest,
    q.last,
    ...side(q.bid, q),
    ...side(q.ask, q),
    Number(q.mark.toFixed(4)),
    isUnpriced ? undefined : q.iv,
    q.underlying.name,
    q.underlying.price,
    ...greeks(q, isUnpriced),
  ];
  return { at: local, text: cells.map((cell) => cell ?? '').join(',') };
}

const side = (price: number | undefined, { iv }: Quote): (number | undefined)[] =>
  price === undefined ? [undefined, undefined, undefined] : [price, 12.5, iv];

/** The venue's own, which nobody has to believe; without a volatility they are not numbers. */
const greeks = ({ value }: Quote, isUnpriced: boolean): (number | string)[] =>
  isUnpriced ? Array(5).fill('NaN') : [Number(value.delta.toFixed(5)), 0.00002, 61.2, -48.7, 20.1];
