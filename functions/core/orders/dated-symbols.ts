import { badRequest } from '../errors/bad-request.ts';
import { GordonError } from '../errors/errors.ts';
import type { JobOrder } from '../jobs/job.ts';
import type { UniverseReader } from '../listing/dated/market.ts';
import type { Quote } from '../quote/quote.ts';
import { candlesOf, type Selector, type Universe } from '../series/universe.ts';
import { DAY, isoDay } from '../time/time.ts';

/** What symbols traded on past days, from stored candles. Throws as the stores do. */
export interface DailyVolumes {
  /**
   * Volumes in the quote's units, by symbol: of those with a daily candle of the day, and 0 for those of which the ledger has proven that
   * there is none. Others are missing.
   */
  of(source: string, symbols: readonly string[], day: number): Promise<ReadonlyMap<string, number>>;
}

export interface DatedPorts {
  readonly universe?: Pick<UniverseReader, 'find' | 'states'>;
  readonly volumes?: DailyVolumes;
}

/** What an order would take. */
export type MakeQuote = (order: JobOrder) => Promise<Quote>;

type DatedSelector = Selector & { readonly at: number };

/**
 * The symbols that a selector with a date stands for: those whose lives contain the beginning of that day, by the volume of its daily
 * candle where the selector has a number, else by name. A contract that was settled is named as its archive has it: those are its candles.
 * @returns nothing where no symbol of the quote was listed then
 * @throws GordonError `universe-incomplete`, `candles-needed`
 */
export async function datedSymbols(
  { universe, volumes }: DatedPorts,
  market: Universe,
  word: string,
  selector: DatedSelector,
  quoteOf?: MakeQuote,
): Promise<readonly string[]> {
  const { at, quote, top } = selector;
  const { venue } = market;
  if (!universe || !volumes) throw incomplete(word);
  const states = await universe.states();
  const state = states.find((one) => one.venue === venue && one.market === market.dated);
  if (!state) throw incomplete(word);
  const contract = selector.market === 'spot' ? 'spot' : 'perpetual';
  const lives = await universe.find({ at, venue, contract, quote });
  const symbols = lives.map(({ symbol, evidence }) => evidence.folder ?? symbol);
  if (top === undefined || symbols.length === 0) return symbols;
  const { source } = candlesOf(selector);
  const known = await volumes.of(source, symbols, at);
  const missing = symbols.filter((symbol) => !known.has(symbol));
  if (missing.length > 0) throw await candlesNeeded(word, selector, symbols.length, missing, quoteOf);
  return [...symbols].sort((a, b) => known.get(b)! - known.get(a)! || (a < b ? -1 : 1)).slice(0, top);
}

const incomplete = (word: string): GordonError =>
  badRequest(
    'universe-incomplete',
    word,
    'the symbols of that date are not known: the dated universe of its market was never refreshed to its end.',
  );

async function candlesNeeded(
  word: string,
  selector: DatedSelector,
  of: number,
  missing: readonly string[],
  quoteOf?: MakeQuote,
): Promise<GordonError> {
  const { source, symbols, from, to } = candlesOf(selector);
  const order = {
    source: 'klines',
    sources: [source],
    symbols: missing,
    skipped: [],
    timeframe: '1d',
  } as const;
  const body = JSON.stringify({ source, symbols, timeframe: '1d', from, to });
  const quote = await quoteOf?.({ ...order, from: selector.at, to: selector.at + DAY, alsoRequested: false });
  const price = quote
    ? ` Loading them takes ${count(
        quote.requests.reduce((sum, { requests }) => sum + requests, 0),
        'request',
      )} in ` + `${count(quote.chunks, 'chunk')}, about ${quote.seconds} seconds.`
    : '';
  return new GordonError({
    name: 'BadRequest',
    code: 'candles-needed',
    subject: word,
    message: `${missing.length} of the ${count(of, 'symbol')} that were listed on ${isoDay(selector.at)} have no daily candle of that day, so their volumes cannot be compared.${price}`,
    remedy:
      `Order again with --with-candles, or load them: \`gordon-data backfill ${source} trigger --symbols ${symbols.join(',')} ` +
      `--timeframe 1d --from ${from} --to ${to} --wait\`. By the API: POST /backfill ${body}, and this order again when that job has ended.`,
  });
}

const count = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`;
