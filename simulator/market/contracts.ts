import { MINUTE } from '../../functions/core/time/time.ts';

export type Market = 'spot' | 'um' | 'cm';

/** A market of any venue, as outages, overrides and `/_control/truth` name it. */
export type MarketName =
  | Market
  | ComputedMarket
  | 'bybit-spot'
  | 'bybit-linear'
  | 'bybit-inverse'
  | 'okx-spot'
  | 'okx-swap'
  | 'hyperliquid-perp'
  | 'hyperliquid-spot';

/** What the venue computes about a contract. */
export type Computed = 'mark' | 'index' | 'premium';
export type ComputedMarket = `${'um' | 'cm'}-${Computed}`;

export interface Contract {
  readonly market: MarketName;
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  /** of a contract that is settled in the base: what one is worth, US dollars. Its lots are contracts, its quote volume is in the base */
  readonly contractSize?: number;
  /** price of this many units of the base (1000SHIBUSDT) */
  readonly multiplier: number;
  /** first minute with a row, epoch ms */
  readonly listedAt: number;
  /** end of the last minute with a row, epoch ms */
  readonly delistedAt: number | undefined;
  /** between two lives it had no row and did not trade */
  readonly away?: { readonly start: number; readonly end: number };
  /** the REST API has no row before: another contract had the ticker, and only the archive has that one */
  readonly restFrom?: number;
  /** up to here the archive goes on after the end with candles that do not move and one funding rate; epoch ms */
  readonly frozenUntil?: number;
  /** from here on REST does not know the symbol; the archive keeps it. epoch ms */
  readonly forgottenAt?: number;
  /** what exchangeInfo calls the listing day of a perpetual; not always its first row */
  readonly onboardDate: number;
  /** decimals of a price tick, of a lot and of the quote volume */
  readonly digits: { readonly price: number; readonly lot: number; readonly quote: number };
  /** the archive has no row before, but REST has; epoch ms */
  readonly archiveFrom?: number;
  /** it is a price that the venue computes: its candles have samples and no trades */
  readonly computed?: Computed;
  /** share of minutes without a trade */
  readonly quiet: number;
  /** the archive has no file of a month of it */
  readonly dailyOnly?: true;
  /** of a perpetual about something that is traded elsewhere, with closures: the kind of thing, in the words of exchangeInfo */
  readonly underlying?: string;
}

interface Extras {
  readonly delisted?: string;
  readonly onboard?: string;
  readonly quoteDigits?: number;
  readonly quiet?: number;
  readonly multiplier?: number;
  readonly away?: readonly [string, string];
  readonly reused?: boolean;
  readonly forgotten?: string;
  readonly underlying?: string;
  readonly frozen?: string;
  readonly archived?: string;
  readonly dailyOnly?: true;
  /** defaults to base and quote */
  readonly symbol?: string;
}

function contract(
  market: Market,
  [base, quote]: readonly [string, string],
  listed: string,
  [price, lot]: readonly [number, number],
  extras: Extras = {},
): Contract {
  const { delisted, onboard, quoteDigits = 5, quiet = 0, multiplier = 1 } = extras;
  const { away, reused, forgotten, frozen, underlying, archived, dailyOnly } = extras;
  const at = (text: string): number => Date.parse(`${text}:00Z`);
  const listedAt = at(listed);
  return {
    market,
    symbol: extras.symbol ?? `${multiplier > 1 ? multiplier : ''}${base}${quote}`,
    base,
    quote,
    multiplier,
    listedAt,
    delistedAt: delisted === undefined ? undefined : at(delisted),
    onboardDate: onboard === undefined ? listedAt - (listedAt % MINUTE) : at(onboard),
    digits: { price, lot, quote: quoteDigits },
    quiet,
    ...(away && { away: { start: at(away[0]), end: at(away[1]) } }),
    ...(away && reused && { restFrom: at(away[1]) }),
    ...(forgotten !== undefined && { forgottenAt: at(forgotten) }),
    ...(underlying !== undefined && { underlying }),
    ...(frozen !== undefined && { frozenUntil: at(frozen) }),
    ...(archived !== undefined && { archiveFrom: at(archived) }),
    ...(dailyOnly && { dailyOnly }),
  };
}

/** Contracts of COIN-M. A quarterly one is delivered on its day at 08:00, and REST forgets it then. */
function coinM(base: string, listed: string, price: number, delivery?: string): Contract {
  const name = delivery === undefined ? 'PERP' : delivery.slice(2, 10).replaceAll('-', '');
  return {
    ...contract('cm', [base, 'USD'], listed, [price, 0], {
      quoteDigits: 8,
      ...(delivery !== undefined && { delisted: delivery, forgotten: delivery }),
    }),
    symbol: `${base}USD_${name}`,
    contractSize: base === 'BTC' ? 100 : 10,
  };
}

const USDT = 'USDT';
const USDC = 'USDC';

/** Listing times of the real symbols are near the real ones. */
export const CONTRACTS: readonly Contract[] = [
  contract('spot', ['BTC', USDT], '2017-08-17T04:00', [2, 5]),
  contract('spot', ['ETH', USDT], '2017-08-17T04:00', [2, 4]),
  contract('spot', ['ETH', 'BTC'], '2017-07-14T04:00', [6, 3], { quoteDigits: 8 }),
  contract('spot', ['BNB', USDT], '2017-11-06T03:54', [2, 3]),
  contract('spot', ['LTC', USDT], '2017-12-13T03:32', [2, 3]),
  contract('spot', ['ADA', USDT], '2018-04-17T04:00', [4, 1]),
  contract('spot', ['XRP', USDT], '2018-05-04T08:11', [4, 0]),
  contract('spot', ['LINK', USDT], '2019-01-16T10:00', [2, 2]),
  contract('spot', ['DOGE', USDT], '2019-07-05T12:00', [5, 0]),
  contract('spot', ['SOL', USDT], '2020-08-11T06:00', [2, 3]),
  contract('spot', ['AVAX', USDT], '2020-09-22T06:30', [2, 2]),
  contract('spot', ['SHIB', USDT], '2021-05-10T11:00', [8, 0]),
  contract('spot', ['NEW', USDT], '2025-06-17T13:00', [4, 1]),
  contract('spot', ['OLD', USDT], '2021-03-02T10:00', [4, 1], { delisted: '2025-04-16T03:00' }),
  contract('spot', ['QUIET', USDT], '2023-02-01T08:00', [3, 2], { quiet: 0.35 }),
  // Delisted and listed again; the ticker of one that ended, taken by another; one that REST does not know any more.
  contract('spot', ['BACK', USDC], '2021-12-15T03:00', [2, 5], {
    away: ['2022-09-29T03:00', '2023-03-12T10:00'],
  }),
  contract('spot', ['REUSED', USDC], '2021-08-21T10:00', [4, 2], {
    away: ['2022-05-13T03:00', '2022-07-31T06:00'],
    reused: true,
  }),
  contract('spot', ['GONE', USDC], '2023-04-10T10:00', [4, 1], {
    delisted: '2023-05-08T03:00',
    forgotten: '2023-06-01T00:00',
  }),
  // The venue writes some names in Chinese.
  contract('spot', ['币安人生', USDT], '2026-01-07T13:00', [4, 1]),
  // One ends, and the other one is suspended for a week, so that no file of a month lacks.
  contract('spot', ['LEAVING', USDC], '2023-05-10T10:00', [4, 1], { delisted: '2023-07-08T03:00' }),
  contract('spot', ['PAUSED', USDC], '2022-11-03T08:00', [4, 1], {
    away: ['2023-07-06T05:00', '2023-07-13T09:00'],
  }),
  contract('um', ['BTC', USDT], '2019-09-08T17:57', [1, 3], { onboard: '2019-09-25T08:00' }),
  contract('um', ['ETH', USDT], '2019-11-27T07:45', [2, 3]),
  contract('um', ['XRP', USDT], '2020-01-06T09:00', [4, 1]),
  contract('um', ['LTC', USDT], '2020-01-09T09:00', [2, 3]),
  contract('um', ['LINK', USDT], '2020-01-17T09:00', [3, 2]),
  contract('um', ['ADA', USDT], '2020-01-31T09:00', [4, 0]),
  contract('um', ['BNB', USDT], '2020-02-10T08:00', [2, 2]),
  contract('um', ['DOGE', USDT], '2020-07-10T09:00', [5, 0]),
  contract('um', ['SOL', USDT], '2020-09-14T07:00', [2, 2]),
  contract('um', ['AVAX', USDT], '2020-09-23T07:00', [3, 0]),
  contract('um', ['SHIB', USDT], '2021-05-10T14:00', [6, 0], { multiplier: 1000 }),
  contract('um', ['NEW', USDT], '2025-06-18T09:30', [4, 0]),
  contract('um', ['OLD', USDT], '2021-09-01T08:00', [4, 0], { delisted: '2025-03-20T09:00' }),
  // Its archive does not end with it.
  contract('um', ['FROZEN', USDT], '2022-03-01T08:00', [4, 0], {
    delisted: '2022-09-15T09:00',
    frozen: '2023-03-01T00:00',
    forgotten: '2023-06-01T00:00',
  }),
  // Settled and listed again: the archive moved the former contract to a folder of another name, which REST never knew.
  contract('um', ['AGAIN', USDT], '2021-09-06T08:00', [4, 0], {
    symbol: 'AGAINUSDT_SETTLED',
    delisted: '2022-06-10T09:00',
    forgotten: '2021-09-06T08:00',
  }),
  contract('um', ['AGAIN', USDT], '2022-09-27T02:30', [4, 0], {
    delisted: '2023-02-11T04:00',
    forgotten: '2023-06-01T00:00',
  }),
  // The archive has days of it and no month.
  contract('um', ['BRIEF', USDT], '2022-11-03T08:00', [4, 0], {
    delisted: '2022-11-14T06:00',
    forgotten: '2022-12-01T00:00',
    dailyOnly: true,
  }),
  // A delivery contract that has settled.
  contract('um', ['BTC', USDT], '2022-09-30T08:00', [1, 3], {
    symbol: 'BTCUSDT_230331',
    delisted: '2023-03-31T08:00',
    forgotten: '2023-04-01T00:00',
  }),
  contract('um', ['QUIET', USDT], '2023-03-01T10:00', [3, 1], { quiet: 0.3 }),
  contract('um', ['币安人生', USDT], '2025-10-09T07:15', [5, 0]),
  // Margined in USDC: the first day of their candles is not in the archive.
  contract('um', ['BTC', USDC], '2024-01-03T12:30', [1, 3], { archived: '2024-01-04T00:00' }),
  coinM('BTC', '2020-08-10T07:00', 1),
  coinM('ETH', '2020-08-18T07:00', 2),
  coinM('BTC', '2025-12-26T08:00', 1, '2026-06-26T08:00'),
  coinM('BTC', '2026-06-26T08:00', 1, '2026-12-25T08:00'),
  contract('um', ['ETH', USDC], '2024-01-03T12:35', [2, 3], { archived: '2024-01-04T00:00' }),
  // They trade around the clock, also while the exchange of what they are about is closed.
  contract('um', ['XAU', USDT], '2025-12-11T12:00', [2, 3], { quiet: 0.2, underlying: 'COMMODITY' }),
  contract('um', ['TSLA', USDT], '2026-01-28T14:30', [2, 2], { quiet: 0.3, underlying: 'EQUITY' }),
];

/** More symbols than are worth looking up one by one. Not real; the archive does not list them. */
const FILLERS: readonly Contract[] = (['spot', 'um'] as const).flatMap((market) =>
  Array.from({ length: 1_000 }, (_, i) => ({
    ...contract(market, ['QUIET', USDT], '2025-01-02T08:00', [4, 0], { quiet: 0.5 }),
    symbol: `LOT${String(i + 1).padStart(4, '0')}USDT`,
  })),
);

/** What switches add to the lists of a market. REST answers about all of it anyway. */
export interface Also {
  /** perpetuals about what is traded elsewhere */
  readonly tradfi: boolean;
  /** the number of invented symbols, 1,000 at most */
  readonly fillers: number;
}

/** The contracts of a market that its lists may have. */
export const contractsIn = (market: Market, { tradfi, fillers }: Also): readonly Contract[] => [
  ...CONTRACTS.filter((c) => c.market === market && (tradfi || c.underlying === undefined)),
  ...FILLERS.filter((c) => c.market === market).slice(0, fillers),
];

const BY_NAME = new Map([...CONTRACTS, ...FILLERS].map((c) => [`${c.market} ${c.symbol}`, c]));

/** The market, or what is computed about it. */
export const marketName = (market: Market, computed?: Computed): MarketName =>
  computed ? (`${market}-${computed}` as MarketName) : market;

/** The contract that REST knows: none for a symbol that it has dropped, and the present one for a reused ticker. */
export function restContractOf(market: Market, symbol: string, now: number): Contract | undefined {
  const contract = contractOf(market, symbol);
  return contract && isKnown(contract, now) ? contract : undefined;
}

/** Whether REST lists it at an instant. */
export const isKnown = (
  { listedAt, forgottenAt = Number.POSITIVE_INFINITY }: Contract,
  now: number,
): boolean => listedAt <= now && now < forgottenAt;

/** Whether it trades at an instant. */
export const isTrading = (
  { listedAt, delistedAt = Number.POSITIVE_INFINITY, away }: Contract,
  now: number,
): boolean => listedAt <= now && now < delistedAt && !(away && away.start <= now && now < away.end);

export const contractOf = (market: Market, symbol: string): Contract | undefined =>
  BY_NAME.get(`${market} ${symbol}`);
