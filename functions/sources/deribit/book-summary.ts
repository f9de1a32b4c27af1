import type { Finding } from '../../core/series/source.ts';
import { HOUR } from '../../core/time/time.ts';
import { type Greeks, optionGreeks, YEAR_MS } from '../option-chain/black-scholes.ts';
import { type OptionName, readOptionName } from '../option-chain/option-name.ts';
import { BadCells } from '../rest/bad-cells.ts';
import { malformed, readJson } from '../rest/malformed.ts';
import { readNumber } from '../rest/values.ts';
import { resultList } from './request.ts';

/** An option with its open interest and, where the venue has a volatility for it, its greeks. */
export interface OptionState extends OptionName {
  readonly instrument: string;
  /** in coins, because a contract of BTC and ETH options is one coin; null where the venue's cell cannot be read */
  readonly openInterest: number | null;
  /** percent a year, as the venue marks it */
  readonly iv: number | null;
  /** in coins */
  readonly mark: number | null;
  readonly bid: number | null;
  readonly ask: number | null;
  /** of one coin, in US dollars; absent without a volatility */
  readonly greeks: Greeks | undefined;
  /** the future that the option is priced on, US dollars */
  readonly forward: number;
  /** the venue's clock when it made the row; epoch ms */
  readonly at: number;
}

/**
 * The options in an answer of `get_book_summary_by_currency` that still live, unsorted. A quote may have nothing but
 * its open interest: where that cannot be read the option is kept, and a finding reports it.
 * @param at what an option without a time of its own is dated; epoch ms
 * @throws GordonError `malformed-rows`
 */
export function optionsIn(
  body: Uint8Array,
  currency: string,
  at: number,
): { options: OptionState[]; findings: Finding[] } {
  const result = resultList(body, currency);
  const options: OptionState[] = [];
  const unread: string[] = [];
  const bad = new BadCells(currency, HOUR);
  let readable = 0;
  for (const entry of result) {
    const row = (entry ?? {}) as Readonly<Record<string, unknown>>;
    const name = readOptionName(row.instrument_name);
    if (!name || name.currency !== currency || name.settledIn) unread.push(String(row.instrument_name));
    else {
      const wrong = ['open_interest', 'creation_timestamp'].find(
        (field) => amountIn(row[field]) === undefined,
      );
      if (wrong === undefined) readable++;
      else bad.note(at, wrong, `${String(row[wrong])} of ${String(row.instrument_name)}`);
      const option = stateOf(name, row, at);
      // An expired option stays listed until it is settled.
      if (option.expiry > option.at) options.push(option);
    }
  }
  const [first] = unread;
  const findings =
    first === undefined
      ? []
      : [{ kind: 'unknown-instrument', detail: { instruments: unread.length, first } }];
  return { options, findings: [...bad.findings(readable), ...findings] };
}

function amountIn(cell: unknown): number | undefined {
  const value = readNumber(cell);
  return value !== undefined && value >= 0 ? value : undefined;
}

function stateOf(name: OptionName, row: Readonly<Record<string, unknown>>, now: number): OptionState {
  const openInterest = amountIn(row.open_interest) ?? null;
  const at = amountIn(row.creation_timestamp) ?? now;
  const forward = readNumber(row.underlying_price) ?? Number.NaN;
  // For an option that cannot be priced the venue reports null, or a volatility of zero.
  const iv = readNumber(row.mark_iv) || null;
  const terms = {
    price: forward,
    strike: name.strike,
    years: (name.expiry - at) / YEAR_MS,
    sigma: (iv ?? 0) / 100,
    rate: readNumber(row.interest_rate) ?? 0,
  };
  const [mark, bid, ask] = [row.mark_price, row.bid_price, row.ask_price].map(
    (cell) => readNumber(cell) ?? null,
  );
  return {
    ...name,
    instrument: String(row.instrument_name),
    openInterest,
    iv,
    mark: mark ?? null,
    bid: bid ?? null,
    ask: ask ?? null,
    greeks: optionGreeks(terms, name.side),
    forward,
    at,
  };
}

/** The price in an answer of `get_index_price`, US dollars. @throws GordonError `malformed-rows` */
export function indexPriceIn(body: Uint8Array, currency: string): number {
  const { result } = (readJson(body, currency) ?? {}) as { readonly result?: { index_price?: unknown } };
  const price = readNumber(result?.index_price);
  if (price !== undefined && price > 0) return price;
  throw malformed(currency, `index_price is ${String(result?.index_price)}.`);
}
