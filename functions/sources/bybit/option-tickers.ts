import type { Finding } from '../../core/series/source.ts';
import { HOUR } from '../../core/time/time.ts';
import { optionGreeks, YEAR_MS } from '../option-chain/black-scholes.ts';
import { type OptionName, readOptionName } from '../option-chain/option-name.ts';
import type { OptionQuote } from '../option-chain/quotes.ts';
import { BadCells } from '../rest/bad-cells.ts';
import { malformed, readJson } from '../rest/malformed.ts';
import { isInstant } from '../rest/values.ts';
import { listIn, textNumberIn } from './envelope.ts';

/** Names without a suffix are those of the options that came first: they are settled in USDC. */
const FIRST_SETTLEMENT = 'USDC';
/** What the venue writes where its volatility is that or more; a fraction of one, as all of its volatilities. */
const CAP = 5;

type Row = Readonly<Record<string, unknown>>;

/** The venue's clock in an answer; epoch ms. Undefined where it has none. */
export function answeredAt(body: Uint8Array): number | undefined {
  const text = new TextDecoder().decode(body.subarray(-200)).match(/"time"\s*:\s*(\d{13})\b/)?.[1];
  return text === undefined ? undefined : Number(text);
}

/**
 * The options in an answer of `tickers` (`category=option`) that still live, in the venue's order. All of its numbers are text. A row
 * has no time of its own: it is dated with the answer.
 * @param at the step of the snapshot; epoch ms
 * @throws GordonError `malformed-rows`
 */
export function optionTickersIn(
  body: Uint8Array,
  coin: string,
  at: number,
): { readonly quotes: OptionQuote[]; readonly findings: Finding[] } {
  const list = listIn(body, coin);
  const { time } = readJson(body, coin) as { readonly time?: unknown };
  if (typeof time !== 'number' || !isInstant(time)) throw malformed(coin, `its time is ${String(time)}.`);
  const bad = new BadCells(coin, HOUR);
  const quotes: OptionQuote[] = [];
  const unread: string[] = [];
  let capped = 0;
  let readable = 0;
  for (const entry of list) {
    const row = (entry ?? {}) as Row;
    const name = readOptionName(row.symbol);
    if (!name || name.currency !== coin) {
      unread.push(String(row.symbol));
      continue;
    }
    const openInterest = amountIn(row.openInterest);
    if (openInterest === undefined) bad.note(at, 'openInterest', `${row.openInterest} of ${row.symbol}`);
    else readable++;
    if (textNumberIn(row.markIv) === CAP) capped++;
    // An expired option may stay listed until it is settled.
    if (name.expiry > time) quotes.push(quoteOf(name, row, openInterest ?? null, time));
  }
  const [first] = unread;
  return {
    quotes,
    findings: [
      ...bad.findings(readable),
      ...(first === undefined
        ? []
        : [{ kind: 'unknown-instrument', detail: { instruments: unread.length, first } }]),
      ...(capped === 0 ? [] : [{ kind: 'capped-volatility', time: at, detail: { options: capped } }]),
    ],
  };
}

const amountIn = (cell: unknown): number | undefined => {
  const value = textNumberIn(cell);
  return value !== undefined && value >= 0 ? value : undefined;
};

/** Prices of zero stand for none, as do empty ones. */
const priceIn = (cell: unknown): number | null => textNumberIn(cell) || null;

function quoteOf(name: OptionName, row: Row, openInterest: number | null, at: number): OptionQuote {
  const fraction = textNumberIn(row.markIv) ?? 0;
  const sigma = fraction > 0 && fraction < CAP ? fraction : undefined;
  const forward = priceIn(row.underlyingPrice);
  const terms = {
    price: forward ?? Number.NaN,
    strike: name.strike,
    years: (name.expiry - at) / YEAR_MS,
    sigma: sigma ?? 0,
  };
  return {
    instrument: String(row.symbol),
    expiry: name.expiry,
    strike: name.strike,
    side: name.side,
    quote: name.settledIn ?? FIRST_SETTLEMENT,
    openInterest,
    iv: sigma === undefined ? null : sigma * 100,
    mark: priceIn(row.markPrice),
    bid: priceIn(row.bid1Price),
    ask: priceIn(row.ask1Price),
    forward,
    index: priceIn(row.indexPrice),
    greeks: optionGreeks(terms, name.side),
    at,
  };
}
