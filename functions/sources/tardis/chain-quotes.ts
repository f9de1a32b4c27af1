import { type Series, seriesLabel } from '../../core/series/series.ts';
import type { Parsed } from '../../core/series/source.ts';
import type { TableSpec } from '../../core/series/table.ts';
import { HOUR } from '../../core/time/time.ts';
import { optionGreeks, YEAR_MS } from '../option-chain/black-scholes.ts';
import { type OptionName, readOptionName } from '../option-chain/option-name.ts';
import { type OptionQuote, quoteRows } from '../option-chain/quotes.ts';
import { BadCells } from '../rest/bad-cells.ts';
import { malformed } from '../rest/malformed.ts';
import { readNumber } from '../rest/values.ts';
import type { ChainColumn, ChainLayout } from './chain-file.ts';

/** The newest line of each option by its name. The stamp is when it arrived, epoch microseconds. */
export type LastQuotes = Map<string, { bytes: Buffer; length: number; stamp: number }>;

const MICROS = 1_000;
const EXCHANGE = 'deribit';
/** What the future is called where an option is priced on the index itself. */
const INDEX = /^(?:index_price|[a-z]+_usd)$/;

type Cells = (column: ChainColumn) => string;

/**
 * The chain of an hour as rows: the newest quote of each option that lives at its end. Expired options are forgotten.
 * @param hour its beginning; epoch ms
 * @throws GordonError `malformed-rows`
 */
export function quotesAt(
  table: TableSpec,
  series: Series,
  last: LastQuotes,
  layout: ChainLayout,
  hour: number,
): Pick<Parsed, 'batch' | 'findings'> {
  const subject = seriesLabel(series);
  const bad = new BadCells(subject, HOUR);
  const unknown: string[] = [];
  const quotes: OptionQuote[] = [];
  let index: { readonly price: number | null; readonly stamp: number } | undefined;
  for (const [instrument, { bytes, length, stamp }] of last) {
    const name = readOptionName(instrument);
    if (!name || name.currency !== series.symbol || name.settledIn) {
      unknown.push(instrument);
      last.delete(instrument);
      continue;
    }
    if (name.expiry <= hour) {
      last.delete(instrument);
      continue;
    }
    const fields = bytes.toString('latin1', 0, length).split(',');
    if (fields.length !== layout.columns) {
      throw malformed(subject, `a line of ${instrument} has ${fields.length} fields, not ${layout.columns}.`);
    }
    const cells: Cells = (column) => fields[layout.at[column]]!;
    if (cells('exchange') !== EXCHANGE) throw malformed(subject, `a line is of ${cells('exchange')}.`);
    const wrong = contradiction(name, cells);
    if (wrong) {
      bad.note(hour, wrong, `${cells(wrong)} of ${instrument}`);
      continue;
    }
    const quote = quoteOf(instrument, name, cells, stamp, (column) =>
      bad.note(hour, column, `${cells(column)} of ${instrument}`),
    );
    if (INDEX.test(cells('underlying_index')) && stamp > (index?.stamp ?? 0))
      index = { price: quote.forward, stamp };
    // A quote of an option that expires within the hour may come after it has.
    if (quote.expiry > quote.at) quotes.push(quote);
  }
  const [first] = unknown;
  const findings = bad.findings(quotes.length);
  if (first !== undefined) {
    const detail = { instruments: unknown.length, first };
    findings.push({ kind: 'unknown-instrument', time: hour, detail });
  }
  quotes.sort((a, b) => (a.instrument < b.instrument ? -1 : 1));
  const priced = quotes.map((quote) => ({ ...quote, index: index?.price ?? null }));
  return { batch: quoteRows(table, series.symbol, hour, priced), findings };
}

/** The column that says other than the option's name. */
function contradiction({ side, strike, expiry }: OptionName, cells: Cells): ChainColumn | undefined {
  if (cells('type') !== side) return 'type';
  if (readNumber(cells('strike_price')) !== strike) return 'strike_price';
  return readNumber(cells('expiration')) === expiry * MICROS ? undefined : 'expiration';
}

/** @param unread is called with each column whose cell holds something that is not such a value; an empty one holds nothing */
function quoteOf(
  instrument: string,
  { expiry, strike, side, currency }: OptionName,
  cells: Cells,
  stamp: number,
  unread: (column: ChainColumn) => void,
): OptionQuote {
  const number = (column: ChainColumn): number | null => {
    const cell = cells(column);
    const value = readNumber(cell);
    if (value !== undefined && value >= 0) return value;
    if (cell !== '') unread(column);
    return null;
  };
  // It was known when it had arrived, not before.
  const at = Math.ceil(stamp / MICROS);
  const forward = number('underlying_price') || null;
  const iv = number('mark_iv') || null;
  const terms = {
    price: forward ?? Number.NaN,
    strike,
    years: (expiry - at) / YEAR_MS,
    sigma: (iv ?? 0) / 100,
  };
  return {
    instrument,
    expiry,
    strike,
    side,
    quote: currency,
    openInterest: number('open_interest'),
    iv,
    mark: number('mark_price'),
    bid: number('bid_price') || null,
    ask: number('ask_price') || null,
    forward,
    index: null,
    greeks: optionGreeks(terms, side),
    at,
  };
}
