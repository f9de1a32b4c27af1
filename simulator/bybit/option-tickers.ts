import { type Currency, type Option, options } from '../deribit/chain.ts';
import { quote } from '../deribit/quotes.ts';
import type { VenueContext, VenueRequest } from '../frame/module.ts';
import { pricesOf } from '../market/price.ts';
import { hash32, streamOf, unit } from '../numbers/noise.ts';
import { badParameter } from './envelope.ts';
import { Params } from './params.ts';

const COINS: readonly Currency[] = ['BTC', 'ETH'];
/** The venue knows more coins than are simulated; these have no options here. */
const OTHERS = ['SOL', 'XRP', 'DOGE', 'MNT'];

/** The far quarters are the older options, settled in USDC, whose names say nothing of it. */
const nameOf = ({ name, expiry }: Option): string => (expiry.class === 'quarter' ? name : `${name}-USDT`);

/** A number as the venue writes it: text, without an exponent. */
const written = (value: number | undefined, digits: number): string =>
  value === undefined ? '0' : String(Number(value.toFixed(digits)));

/** The chain of a coin. Options follow the same prices and volatilities as Deribit's, with an interest of their own. */
function rowsOf(context: VenueContext, coin: Currency, at: number): unknown[] {
  const prices = pricesOf(context);
  return options(context.seed, prices, coin, at).map((option) => {
    const { iv, value, underlying, bid, ask, last, openInterest, volume } = quote(
      context.seed,
      prices,
      option,
      at,
    );
    const stream = streamOf(context.seed, 'bybit-option', option.name);
    const dollars = (coins: number | undefined): number | undefined =>
      coins === undefined ? undefined : coins * underlying.price;
    // Where nobody quotes, some volatilities are at the venue's cap and some are none.
    const odd = bid === undefined ? hash32(stream, 1) % 4 : 3;
    const markIv = odd === 0 ? '5' : odd === 1 ? '0' : written(iv / 100, 4);
    const interest = openInterest * (0.2 + 0.3 * unit(stream, 2));
    const { delta, gamma, vega, theta } = value;
    return {
      symbol: nameOf(option),
      bid1Price: written(dollars(bid), 1),
      bid1Size: written(bid === undefined ? 0 : 10 * unit(stream, 3), 2),
      bid1Iv: bid === undefined ? '0' : written(iv / 100 - 0.01, 4),
      ask1Price: written(dollars(ask), 1),
      ask1Size: written(ask === undefined ? 0 : 10 * unit(stream, 4), 2),
      ask1Iv: ask === undefined ? '5' : written(iv / 100 + 0.01, 4),
      lastPrice: written(dollars(last), 1),
      highPrice24h: written(dollars(last), 1),
      lowPrice24h: written(dollars(last), 1),
      markPrice: written(value.price, 8),
      indexPrice: written(prices.at(coin, at), 2),
      markIv,
      underlyingPrice: written(underlying.price, 2),
      openInterest: written(interest, 2),
      turnover24h: written(volume * underlying.price, 4),
      volume24h: written(volume, 2),
      totalVolume: written(volume * 9, 0),
      totalTurnover: written(volume * 9 * underlying.price, 0),
      delta: written(delta, 8),
      gamma: written(gamma, 8),
      vega: written(vega, 8),
      theta: written(theta, 8),
      predictedDeliveryPrice: '0',
      change24h: '0',
    };
  });
}

/** `tickers` with `category=option`, which needs a coin or a symbol. Other categories are not simulated. */
export function tickers(context: VenueContext, request: VenueRequest): unknown {
  const params = new Params(request);
  const category = params.text('category');
  if (category !== 'option') throw badParameter('params error: category invalid');
  const symbol = params.text('symbol');
  const word = params.text('baseCoin') ?? symbol?.split('-')[0];
  if (word === undefined) throw badParameter('params error: symbol and baseCoin are both empty');
  const coin = COINS.find((one) => one === word);
  if (!coin && !OTHERS.includes(word)) throw badParameter('params error: baseCoin invalid');
  const rows = coin ? rowsOf(context, coin, request.at) : [];
  const list = symbol ? rows.filter((row) => (row as { symbol: string }).symbol === symbol) : rows;
  return { category, list };
}
