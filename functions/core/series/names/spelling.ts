import { closest } from './closest.ts';

/**
 * A symbol of a market as its venue writes it: capitals and digits, or any letter of another script. Of those nothing is ever
 * changed, they have no capitals and look-alikes are other symbols. An archive may have added to it when the contract was settled.
 */
export const MARKET_SYMBOL = /^(?:[A-Z0-9]|[^\p{ASCII}\p{Z}\p{C}]){2,30}(?:_SETTLED)?$/u;

/** What a caller may have meant by a word that no venue lists. */
export interface Spelling {
  /** as Binance and Bybit write it */
  readonly symbol: string;
  /** the day on which it settles, `YYYY-MM-DD`; absent: it is not a dated future */
  readonly settles?: string;
}

const MONTHS = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');
/** `BTCUSDT_250627`, `BTC-USDT-250627` */
const BY_NUMBER = /^(.+?)[_-](\d{2})(\d{2})(\d{2})$/;
/** `BTCUSDT-27JUN25`, `BTC-27JUN25` */
const BY_NAME = /^(.+?)-(\d{1,2})([A-Z]{3})(\d{2})$/;
/** `BTC-USDT-SWAP`, `BTCUSDT.P` */
const PERPETUAL = /(?:[-_.](?:PERP|SWAP)|\.P)$/;

/**
 * Reads `btcusdt`, `BTC/USDT`, `BTC-USDT`, `BTC/USDT:USDT` and names of dated futures. It only serves to answer with the right
 * spelling: an order has its symbols as they were written.
 */
export function spellingOf(word: string): Spelling {
  const upper = word.trim().replaceAll(/[a-z]+/g, (letters) => letters.toUpperCase());
  // What it is settled in is part of the name elsewhere.
  const plain = upper.replace(/:[^-]+/, '');
  const [head, settles] = datedIn(plain);
  const symbol = head.replace(PERPETUAL, '').replaceAll(/[/_-]/g, '');
  return { symbol, ...(settles !== undefined && { settles }) };
}

function datedIn(name: string): [head: string, settles: string | undefined] {
  const [, byNumber, yy, mm, dd] = BY_NUMBER.exec(name) ?? [];
  if (byNumber) return dated(name, byNumber, [yy!, mm!, dd!]);
  const [, byName, day, month, year] = BY_NAME.exec(name) ?? [];
  if (!byName) return [name, undefined];
  return dated(name, byName, [
    year!,
    String(MONTHS.indexOf(month!) + 1).padStart(2, '0'),
    day!.padStart(2, '0'),
  ]);
}

/** What only looks like a day is part of the name. */
function dated(
  name: string,
  head: string,
  [yy, mm, dd]: readonly [string, string, string],
): [head: string, settles: string | undefined] {
  const day = `20${yy}-${mm}-${dd}`;
  return Number.isNaN(Date.parse(day)) ? [name, undefined] : [head, day];
}

/** More would be a list to read, not an answer. */
const MOST = 3;

/**
 * Symbols of a venue's list that a word may mean, the likeliest first: the same letters, else those that begin or end with
 * it, such as `BTCUSDT` for `BTC` and `1000SHIBUSDT` for `SHIBUSDT`, else those that a slip of the keyboard is away.
 */
export function nearest(known: ReadonlySet<string>, word: string): string[] {
  const { symbol } = spellingOf(word);
  if (known.has(symbol)) return [symbol];
  if (symbol.length < 2) return [];
  const parts = [...known]
    .filter((one) => one.startsWith(symbol) || one.endsWith(symbol))
    .sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
    .slice(0, MOST);
  return parts.length > 0 ? parts : closest(symbol, known);
}
