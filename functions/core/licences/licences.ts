import { type Licence, NOT_VERIFIED } from './licence.ts';

const ALL = {
  binance: {
    id: 'binance',
    publisher: 'Binance',
    title: 'Binance Public Data, Dataset Terms 1.0 (CC BY-NC-SA 4.0)',
    url: 'https://github.com/binance/binance-public-data',
    dated: '2026-08-26',
    basis: 'copy',
    attribution: 'Market data: Binance Public Data, https://data.binance.vision',
    summary:
      'For archive data published after 2026-08-26: personal and academic research and back-testing. No live trading. The terms of older data and of the answers of the API are not verified.',
    storing: 'a private copy with attribution',
    training: NOT_VERIFIED,
    redistribution: 'no public mirror; no hosting or redistribution for profit; shared alike',
    commercial: 'no commercial platform; a commercial licence on request',
  },
  bybit: withoutLicence('bybit', 'Bybit'),
  deribit: withoutLicence('deribit', 'Deribit'),
  okx: withoutLicence('okx', 'OKX'),
  hyperliquid: withoutLicence('hyperliquid', 'Hyperliquid'),
  fred: {
    id: 'fred',
    publisher: 'Federal Reserve Bank of St. Louis',
    title: 'FRED API Terms of Use',
    url: 'https://fred.stlouisfed.org/docs/api/terms_of_use.html',
    dated: null,
    basis: 'quoted',
    attribution: 'Macroeconomic data: FRED, Federal Reserve Bank of St. Louis',
    notice:
      'This product uses the FRED® API but is not endorsed or certified by the Federal Reserve Bank of St. Louis.',
    summary:
      'With a key of your own. As others quote the terms, they forbid to store, cache or archive the content, to include it in a database, and to use it to develop or train software.',
    storing: 'no storing, caching, archiving or inclusion in a database',
    training: 'no use to develop or train software, machine learning and language models included',
    redistribution: NOT_VERIFIED,
    commercial: NOT_VERIFIED,
  },
  sp: thirdParty('sp', 'S&P Dow Jones Indices', 'S&P 500: S&P Dow Jones Indices, by FRED'),
  cboe: thirdParty('cboe', 'Cboe', 'VIX: Cboe, by FRED'),
  coin_metrics: {
    id: 'coin_metrics',
    publisher: 'Coin Metrics',
    title: 'CC BY-NC 4.0 (community data)',
    url: 'https://creativecommons.org/licenses/by-nc/4.0/',
    dated: null,
    basis: 'copy',
    attribution: 'Market capitalisation: Coin Metrics community data, CC BY-NC 4.0',
    summary: 'Non-commercial use, with attribution.',
    storing: 'non-commercial, with attribution',
    training: NOT_VERIFIED,
    redistribution: 'non-commercial, with attribution',
    commercial: 'no',
  },
  defillama: {
    id: 'defillama',
    publisher: 'DefiLlama',
    title: 'DefiLlama terms',
    url: null,
    dated: '2025-06-24',
    basis: 'copy',
    attribution: 'Stablecoin supply: DefiLlama',
    summary: 'Personal and non-commercial use, also of the public API. No resale, no republication.',
    storing: 'a private copy',
    training: NOT_VERIFIED,
    redistribution: 'no resale or republication',
    commercial: 'no',
  },
  alternative_me: {
    id: 'alternative_me',
    publisher: 'alternative.me',
    title: 'Terms of the Crypto Fear & Greed Index',
    url: 'https://alternative.me/crypto/fear-and-greed-index/',
    dated: null,
    basis: 'copy',
    attribution: 'Fear & Greed Index: alternative.me',
    summary: 'Free. The name is shown next to where the value is shown.',
    storing: NOT_VERIFIED,
    training: NOT_VERIFIED,
    redistribution: NOT_VERIFIED,
    commercial: NOT_VERIFIED,
  },
  tardis: {
    id: 'tardis',
    publisher: 'Tardis.dev',
    title: 'Terms of Service of tardis.dev',
    url: null,
    dated: null,
    basis: 'quoted',
    attribution: 'Historical option chains: tardis.dev',
    summary:
      'Opt-in. Own use and derived work. No resale and no redistribution of the data, except of aggregates of ten minutes or coarser.',
    storing: 'a private copy for own use',
    training: NOT_VERIFIED,
    redistribution: 'none, except of aggregates of 10 minutes or coarser',
    commercial: NOT_VERIFIED,
  },
} as const satisfies Readonly<Record<string, Licence>>;

export type LicenceId = keyof typeof ALL;

/** Every licence, by its id. */
export const LICENCES: Readonly<Record<LicenceId, Licence>> = ALL;

/** Whose data each source has, by the id of the source. */
export const LICENCE_OF_SOURCE: Readonly<Record<string, LicenceId>> = {
  klines_spot: 'binance',
  klines_perp: 'binance',
  funding_binance: 'binance',
  open_interest_binance: 'binance',
  ratio_top_accounts: 'binance',
  ratio_top_positions: 'binance',
  ratio_global_accounts: 'binance',
  ratio_taker_volume: 'binance',
  funding_bybit: 'bybit',
  open_interest_bybit: 'bybit',
  price_klines: 'bybit',
  gex_deribit: 'deribit',
  macro_fred: 'fred',
  btc_market_cap: 'coin_metrics',
  stablecoin_supply: 'defillama',
  fear_greed: 'alternative_me',
  dvol_deribit: 'deribit',
  option_quotes_deribit: 'deribit',
  option_quotes_bybit: 'bybit',
  klines_bybit_spot: 'bybit',
  klines_bybit_linear: 'bybit',
  klines_okx_spot: 'okx',
  klines_okx_swap: 'okx',
  ratio_bybit_accounts: 'bybit',
  klines_hyperliquid_perp: 'hyperliquid',
  klines_hyperliquid_spot: 'hyperliquid',
  funding_hyperliquid: 'hyperliquid',
  mark_price_klines: 'binance',
  index_price_klines: 'binance',
  premium_index_klines: 'binance',
  klines_coinm: 'binance',
  funding_binance_coinm: 'binance',
  open_interest_binance_coinm: 'binance',
  option_trades_deribit: 'deribit',
  trades_spot: 'binance',
  trades_perp: 'binance',
  option_quotes_tardis: 'tardis',
  mark_price_klines_coinm: 'binance',
};

/** Series of FRED that belong to others: they are ordered by name alone. */
const OWNERS: Readonly<Record<string, LicenceId>> = { SP500: 'sp', VIXCLS: 'cboe' };

/** Whether a series of FRED belongs to a third party, whose permission is needed for more than to look at it. */
export const isThirdParty = (fredSeries: string): boolean => Object.hasOwn(OWNERS, fredSeries);

/**
 * The licences of a source's data, the publisher's first, then those of third parties among the symbols.
 * @param symbols absent: those that the source loads by default
 */
export function licencesOf(source: string, symbols: readonly string[] = []): readonly Licence[] {
  const id = LICENCE_OF_SOURCE[source];
  if (id === undefined) return [];
  const owners = source === 'macro_fred' ? symbols.flatMap((symbol) => OWNERS[symbol] ?? []) : [];
  return [...new Set([id, ...owners])].map((one) => LICENCES[one]);
}

/** A venue in whose documents no licence of the data was found. */
function withoutLicence<I extends string>(id: I, publisher: string) {
  return {
    id,
    publisher,
    title: null,
    url: null,
    dated: null,
    basis: 'none',
    attribution: `Market data: ${publisher}`,
    summary: 'No data licence was found in the documents that were read. Treat the data as for private use.',
    storing: NOT_VERIFIED,
    training: NOT_VERIFIED,
    redistribution: NOT_VERIFIED,
    commercial: NOT_VERIFIED,
  } as const satisfies Licence;
}

/** The owner of an index that FRED passes on. */
function thirdParty<I extends string>(id: I, publisher: string, attribution: string) {
  return {
    id,
    publisher,
    title: null,
    url: null,
    dated: null,
    basis: 'quoted',
    attribution,
    summary: "Anything beyond viewing needs the owner's permission. FRED's own terms hold as well.",
    storing: "only with the owner's permission",
    training: "only with the owner's permission",
    redistribution: "only with the owner's permission",
    commercial: "only with the owner's permission",
  } as const satisfies Licence;
}
