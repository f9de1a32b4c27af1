import { toBatch } from '../../core/series/batch.ts';
import type { Finding } from '../../core/series/source.ts';
import { type Batch, KNOWN_AT, type TableSpec } from '../../core/series/table.ts';
import type { Greeks } from './black-scholes.ts';

/** An option of a chain as its venue quotes it. Null is what the venue does not say, or what cannot be parsed. */
export interface OptionQuote {
  readonly instrument: string;
  /** epoch ms */
  readonly expiry: number;
  /** US dollars */
  readonly strike: number;
  readonly side: 'call' | 'put';
  /** the asset that prices are in and that the option is settled in */
  readonly quote: string;
  /** coins */
  readonly openInterest: number | null;
  /** percent a year */
  readonly iv: number | null;
  /** in `quote` */
  readonly mark: number | null;
  readonly bid: number | null;
  readonly ask: number | null;
  /** what the option is priced on, a future or the index; US dollars */
  readonly forward: number | null;
  /** US dollars */
  readonly index: number | null;
  /** of an option on one coin, by Black (1976) on `forward`; absent without a volatility */
  readonly greeks: Greeks | undefined;
  /** the venue's clock when it made the quote; epoch ms */
  readonly at: number;
}

const text = (name: string) => ({ name, type: 'text' }) as const;
const instant = (name: string) => ({ name, type: 'timestamptz' }) as const;
const number = (name: string) => ({ name, type: 'float8' }) as const;

/**
 * The table of one venue's chains, as `sql/` creates it.
 * @param origin `snapshot`: taken by this program; else the name of their recorder
 */
export const quotesTable = (venue: string, origin = 'snapshot'): TableSpec => ({
  name: 'option_quotes',
  columns: [
    ...['venue', 'origin', 'symbol'].map(text),
    instant('time'),
    text('instrument'),
    instant('expiry'),
    number('strike'),
    ...['kind', 'quote'].map(text),
    ...['open_interest', 'mark_iv', 'mark_price', 'bid_price', 'ask_price'].map(number),
    ...['underlying_price', 'index_price', 'delta', 'gamma', 'vega', 'theta'].map(number),
    instant('quoted_at'),
  ],
  key: ['venue', 'origin', 'symbol', 'time', 'instrument'],
  fixed: { venue, origin },
  computed: [KNOWN_AT],
  cadence: 'irregular',
});

/** A chain as rows of the table. @param at the step that the rows belong to; epoch ms */
export function quoteRows(
  table: TableSpec,
  symbol: string,
  at: number,
  quotes: readonly OptionQuote[],
): Batch {
  const { venue, origin } = table.fixed!;
  return toBatch(
    table,
    quotes.map((quote) => [venue!, origin!, symbol, at, ...cellsOf(quote)]),
  );
}

/** Where one answer quotes an option twice, the first quote is kept, and a finding reports it. @param at epoch ms */
export function withoutRepeated<T extends { readonly instrument: string }>(
  quotes: readonly T[],
  at: number,
): { readonly quotes: readonly T[]; readonly findings: readonly Finding[] } {
  const byName = Map.groupBy(quotes, ({ instrument }) => instrument);
  if (byName.size === quotes.length) return { quotes, findings: [] };
  const [first] = [...byName].find(([, of]) => of.length > 1)!;
  const detail = { instruments: quotes.length - byName.size, first };
  return {
    quotes: Array.from(byName.values(), ([quote]) => quote!),
    findings: [{ kind: 'repeated-instrument', time: at, detail }],
  };
}

const cellsOf = (one: OptionQuote): (string | number | null)[] => [
  one.instrument,
  one.expiry,
  one.strike,
  one.side,
  one.quote,
  one.openInterest,
  one.iv,
  one.mark,
  one.bid,
  one.ask,
  one.forward,
  one.index,
  one.greeks?.delta ?? null,
  one.greeks?.gamma ?? null,
  one.greeks?.vega ?? null,
  one.greeks?.theta ?? null,
  one.at,
];
