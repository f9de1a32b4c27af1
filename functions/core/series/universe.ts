import { badRequest } from '../errors/bad-request.ts';
import { DAY, isoDay, parseInstant } from '../time/time.ts';
import type { HttpRequest } from './venue.ts';

/** One symbol of a venue's list. Times are epoch ms, absent where the venue does not publish them. */
export interface Instrument {
  readonly symbol: string;
  /** what its price is in, such as `USDT` */
  readonly quote: string;
  /** as the venue writes it */
  readonly status: string;
  readonly trading: boolean;
  readonly listedAt?: number;
  readonly delistedAt?: number;
}

/** A venue's list of what it has: one request instead of one for each symbol. */
export interface Roster {
  /** ids of sources whose symbols these are: what is listed here needs no further proof there */
  readonly sources: readonly string[];
  readonly instruments: HttpRequest;
  /** the request for what comes after a page; absent: the list is one page */
  next?(body: Uint8Array): HttpRequest | undefined;
  /** Leaves out what it cannot read. @throws GordonError `malformed-rows` when it can read nothing of a list */
  parseInstruments(body: Uint8Array): readonly Instrument[];
  /** where the venue's archive has a folder for each symbol: it keeps what the list forgets. Absent: there is no archive */
  readonly archived?: readonly SymbolFolders[];
  /** names of entries that `parseInstruments` leaves out because they cannot be read */
  unreadable?(body: Uint8Array): readonly string[];
}

/** A folder of an archive, in which each folder is named after a symbol. */
export interface SymbolFolders {
  /** @param after the last page's `next` */
  request(after?: string): HttpRequest;
  /** @throws GordonError `malformed-rows` */
  parse(body: Uint8Array): { readonly symbols: readonly string[]; readonly next?: string };
}

/** A market whose symbols can be chosen by a selector. */
export interface Universe extends Roster {
  readonly venue: string;
  readonly market: 'spot' | 'perps';
  /** the name of its market in the dated universe; absent: it is not kept there */
  readonly dated?: string;
  readonly volumes: HttpRequest;
  /**
   * what was traded in 24 hours, in the quote's units, by symbol; without what it cannot read.
   * @throws GordonError `malformed-rows` when it can read nothing of it
   */
  parseVolumes(body: Uint8Array): ReadonlyMap<string, number>;
}

/**
 * `@usdt-perps:50`: the fifty perpetuals in USDT with the most volume; without a number, all of them. `@usdt-perps@2022-01-01:50`: those
 * that were listed when that day began, by its volume.
 */
export interface Selector {
  readonly quote: string;
  readonly market: Universe['market'];
  readonly top?: number;
  /** the beginning of a day, epoch ms; absent: now */
  readonly at?: number;
}

const SELECTOR = /^@([a-z0-9]{2,10})-(spot|perps)(?:@(\d{4}-\d{2}-\d{2}))?(?::([1-9]\d{0,3}))?$/;

/** Hyperliquid names its spot pairs by number: `@107`. No selector looks like that. */
const NUMBERED = /^@\d+$/;

/** The pattern of what an order may name. */
export const SYMBOL_OR_SELECTOR = `^[^@]|${NUMBERED.source}|${SELECTOR.source}`;

/** Whether a word is meant as a selector. It may still be an invalid one. */
export const isSelector = (word: string): boolean => word.startsWith('@') && !NUMBERED.test(word);

/** @throws GordonError `invalid-selector` */
export function readSelector(word: string): Selector {
  const [, quote, market, day, top] = SELECTOR.exec(word) ?? [];
  const at = day === undefined ? undefined : parseInstant(day);
  if (quote && market && (day === undefined || at !== undefined)) {
    const rank = { ...(top !== undefined && { top: Number(top) }), ...(at !== undefined && { at }) };
    return { quote: quote.toUpperCase(), market: market as Selector['market'], ...rank };
  }
  const remedy =
    'Write @QUOTE-spot or @QUOTE-perps, and :N for the N most traded, such as @usdt-perps:50 or @usdt-perps@2022-01-01:50.';
  throw badRequest('invalid-selector', word, 'this is not a selector of symbols.', remedy);
}

/** The sources whose daily candles have the volumes of a market. */
const CANDLES = { spot: 'klines_spot', perps: 'klines_perp' } as const satisfies Readonly<
  Record<Selector['market'], string>
>;

/** The order of the daily candles by which a selector with a date compares symbols: those of all symbols that were listed then. */
export function candlesOf({ quote, market, at }: Selector & { readonly at: number }) {
  const [from, to] = [isoDay(at), isoDay(at + DAY)];
  const symbols = [`@${quote.toLowerCase()}-${market}@${from}`];
  return { source: CANDLES[market], symbols, timeframe: '1d', from, to } as const;
}

/** Symbols that trade now, by volume, the largest first, then by name; by name alone where no volumes are given. */
export function select(
  { quote, top }: Selector,
  instruments: readonly Instrument[],
  volumes: ReadonlyMap<string, number> = new Map(),
): string[] {
  const volume = (symbol: string): number => volumes.get(symbol) ?? 0;
  return instruments
    .filter((one) => one.trading && one.quote === quote)
    .map(({ symbol }) => symbol)
    .sort((a, b) => volume(b) - volume(a) || (a < b ? -1 : 1))
    .slice(0, top);
}

/** The dated history of listings. Throws as the stores do. */
export interface Instruments {
  /** Records what a venue lists now; only changes become rows. @returns rows that are new */
  note(universe: Pick<Universe, 'venue' | 'market'>, listed: readonly Instrument[]): Promise<number>;
}
