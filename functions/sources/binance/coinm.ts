import type { ListingProbe } from '../../core/series/source.ts';
import type { HttpRequest } from '../../core/series/venue.ts';
import { DAY } from '../../core/time/time.ts';
import { entriesIn, NO_END } from './exchange-info.ts';
import { binanceFamilies, binanceHosts } from './hosts.ts';
import { isStamp } from './rows.ts';
import { binance } from './venue.ts';

/** `BTCUSD_PERP`, and `BTCUSD_261225`, which is delivered on that day. */
export const COINM_SYMBOL = /^[A-Z0-9]{2,20}USD_(?:PERP|\d{6})$/;

export const COINM_PERPETUAL = /^[A-Z0-9]{2,20}USD_PERP$/;

/**
 * A longer range of candles is refused with -4088, and one with more rows than a page gives its newest: a request for no more than both is
 * answered alike whichever end the venue cuts.
 */
export const COINM_SPAN = 200 * DAY;

/** A request to the host of COIN-M. The pool of weight is that of USD-M. */
export const coinmRequest = (path: string, query: NonNullable<HttpRequest['query']>): HttpRequest => ({
  venue: binance,
  host: binanceHosts.coinm,
  path,
  query,
  family: binanceFamilies.usdm,
  weight: 1,
});

interface Entry {
  readonly symbol?: unknown;
  readonly contractStatus?: unknown;
  readonly contractSize?: unknown;
  readonly onboardDate?: unknown;
  readonly deliveryDate?: unknown;
}

/** @throws GordonError `malformed-rows` */
function entryOf(body: Uint8Array, symbol: string): Entry | undefined {
  const entries = entriesIn(body, symbol) as readonly (Entry | null)[];
  return entries.find((entry) => entry?.symbol === symbol) ?? undefined;
}

/** What a contract is worth, US dollars; undefined where the list does not say it. @throws GordonError `malformed-rows` */
export const contractSizeIn = (body: Uint8Array, symbol: string): unknown =>
  entryOf(body, symbol)?.contractSize;

const list = (): HttpRequest => coinmRequest('/dapi/v1/exchangeInfo', {});

/**
 * A contract's life as the list of all of them has it: candles cannot show it, because a range of them may be no longer than 200
 * days, and its newest rows come. A contract leaves the list some time after its delivery; the archive keeps it.
 */
export const coinmListing: ListingProbe = {
  first: list,
  lists: (body, { symbol }) => entryOf(body, symbol) !== undefined,
  firstAt: (body, { symbol }) => stampOf(entryOf(body, symbol)?.onboardDate),
  last: list,
  lastAt(body, { symbol }) {
    const end = stampOf(entryOf(body, symbol)?.deliveryDate);
    return end === undefined || end >= NO_END ? undefined : end - 1;
  },
  status: list,
  // `contractStatus`, where USD-M has `status`.
  isTrading: (body, { symbol }) => entryOf(body, symbol)?.contractStatus === 'TRADING',
};

const stampOf = (value: unknown): number | undefined =>
  typeof value === 'number' && isStamp(value) ? value : undefined;
