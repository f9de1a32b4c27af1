import type { Answer } from '../../../functions/core/api/operations.ts';

type Sources = Answer<'listSources'>;

/** What is typed into the form. */
export interface Draft {
  readonly source: string;
  readonly symbols: string;
  readonly timeframe: string;
  readonly from: string;
  /** empty: now */
  readonly to: string;
}

export interface Order {
  readonly source: string;
  readonly symbols?: string[];
  readonly timeframe?: string;
  readonly from: string;
  readonly to?: string;
}

/**
 * Symbols are typed without shift. Selectors are small letters, and other scripts stay as they are. So does everything where all chosen
 * sources have symbols with small letters, such as `kPEPE`.
 */
export function capitals(
  typed: string,
  sources: readonly Pick<Sources[number], 'default_symbols'>[],
): string {
  const asWritten = sources.every(({ default_symbols }) => default_symbols.some((one) => /[a-z]/.test(one)));
  if (sources.length > 0 && asWritten) return typed;
  return typed.replaceAll(/(?<![^\s,])[^@\s,][^\s,]*/g, (word) =>
    word.replaceAll(/[a-z]+/g, (letters) => letters.toUpperCase()),
  );
}

export function orderOf({ source, symbols, timeframe, from, to }: Draft): Order {
  const words = symbols.split(/[\s,]+/).filter(Boolean);
  return {
    source,
    ...(words.length > 0 && { symbols: words }),
    ...(timeframe && { timeframe }),
    from,
    ...(to && { to }),
  };
}

type Universe = Answer<'universe'>['symbols'];

/** A symbol as its venue writes it, with what is known of it. */
export interface Found {
  /** the whole field, with its last word completed */
  readonly field: string;
  readonly symbol: string;
  /** contract and life; empty: nothing is known of it */
  readonly note: string;
}

/** Symbols that the typed word may become; those of the venues with the days on which they were listed. */
export function symbolsFound(typed: string, known: Iterable<string>, listed: Universe): Found[] {
  const lives = Map.groupBy(listed, ({ symbol }) => symbol);
  return suggestionsFor(typed, [...known, ...lives.keys()]).map((field) => {
    const symbol = field.slice(field.search(/[^\s,]*$/));
    return { field, symbol, note: (lives.get(symbol) ?? []).map(lifeOf).join('; ') };
  });
}

const lifeOf = ({ contract, listed_at, delisted_at }: Universe[number]): string => {
  const since = listed_at.slice(0, 10);
  return delisted_at === null
    ? `${contract} since ${since}`
    : `${contract} from ${since} to ${delisted_at.slice(0, 10)}`;
};

/** What the word that is being typed may become, the whole field each: a list completes its last word. */
export function suggestionsFor(typed: string, known: Iterable<string>): string[] {
  const at = typed.search(/[^\s,]*$/);
  const [head, word] = [typed.slice(0, at), typed.slice(at)];
  if (word === '') return [];
  const taken = new Set(head.split(/[\s,]+/));
  const found = [...new Set(known)].filter((one) => one.includes(word) && !taken.has(one) && one !== word);
  // What begins so is meant more often than what has it in the middle.
  const rank = (one: string): number => (one.startsWith(word) ? 0 : 1);
  return found
    .toSorted((a, b) => rank(a) - rank(b) || a.length - b.length || (a < b ? -1 : 1))
    .slice(0, MOST_SUGGESTIONS)
    .map((one) => head + one);
}

const MOST_SUGGESTIONS = 12;

/** Selectors that every Binance source takes. */
export const SELECTORS = ['@usdt-perps:50', '@usdt-spot:50', '@btc-spot'] as const;

/** Families first, which is what people order; then single sources of those that have several. */
export function familiesOf(sources: Sources): { readonly id: string; readonly label: string }[] {
  const byFamily = [...Map.groupBy(sources, ({ family }) => family)];
  return [
    ...byFamily.map(([id, of]) => ({
      id,
      label: of.length === 1 ? `${id}: ${of[0]!.title}` : `${id}: all ${of.length} sources`,
    })),
    ...byFamily.flatMap(([, of]) =>
      of.length === 1 ? [] : of.map(({ id, title }) => ({ id, label: `${id}: ${title}` })),
    ),
  ];
}
