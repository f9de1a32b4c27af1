import { sortAndDedupe, toBatch } from '../../core/series/batch.ts';
import { type Series, seriesLabel } from '../../core/series/series.ts';
import type { ListingProbe, PagesTier, Parsed } from '../../core/series/source.ts';
import type { TableSpec } from '../../core/series/table.ts';
import type { HttpRequest } from '../../core/series/venue.ts';
import type { Range } from '../../core/time/range.ts';
import { stepOf, type Timeframe } from '../../core/time/timeframe.ts';
import { numberIn } from '../csv/numbers.ts';
import { BadCells } from '../rest/bad-cells.ts';
import { malformed, readJson } from '../rest/malformed.ts';
import { isInstant } from '../rest/values.ts';
import { coinOf, isTrading, listRequest, type Market } from './markets.ts';
import { info } from './venue.ts';

/** Candles that the venue keeps of each coin and interval: three and a half days of minutes. */
export const KEPT = 5_000;

/** The running candle is one of them, and the limit moves on while a page is on its way. */
const MARGIN = 10;

/** One unit of weight is counted for this many candles. */
const PER_WEIGHT = 60;

/** There is no 6h; weeks and months are not steps of fixed length. */
export const CANDLE_TIMEFRAMES: readonly Timeframe[] = [
  '1m',
  '3m',
  '5m',
  '15m',
  '30m',
  '1h',
  '2h',
  '4h',
  '8h',
  '12h',
  '1d',
];

const PRICES = ['o', 'h', 'l', 'c', 'v'] as const;

/** Later than any candle: the newest ones come. */
const END_OF_TIME = Date.UTC(2100, 0);

const snapshot = (symbol: string, interval: Timeframe, { start, end }: Range, most = KEPT): HttpRequest =>
  info(
    { type: 'candleSnapshot', req: { coin: coinOf(symbol), interval, startTime: start, endTime: end - 1 } },
    symbol,
    {
      most,
      each: PER_WEIGHT,
    },
  );

/** All candles of an interval that the venue keeps, oldest first. */
export const newestCandles = (symbol: string, interval: Timeframe): HttpRequest =>
  snapshot(symbol, interval, { start: 0, end: END_OF_TIME });

/** `candleSnapshot`: oldest first, and of a longer range than the venue keeps the newest. */
export const candlePages = (market: Market, table: TableSpec): PagesTier => ({
  kind: 'pages',
  name: 'rest',
  direction: 'backward',
  pageRows: KEPT,
  reachRows: KEPT - MARGIN,
  request: ({ symbol, timeframe }, range) => {
    const rows = Math.ceil((range.end - range.start) / stepOf(timeframe));
    return snapshot(symbol, timeframe, range, Math.min(rows, KEPT));
  },
  parse: (body, series, asOf) => parseCandles(market, table, body, series, asOf),
});

/**
 * Reads objects with prices as text. A candle that was not closed by `asOf` is left out: its values still change. It counts in
 * `rowsInBody`.
 * @throws GordonError `malformed-rows`
 */
function parseCandles(
  market: Market,
  table: TableSpec,
  body: Uint8Array,
  series: Series,
  asOf: number,
): Parsed & { readonly rowsInBody: number } {
  const { symbol, timeframe } = series;
  const subject = seriesLabel(series);
  const step = stepOf(timeframe);
  const list = rowsIn(body, subject);
  const bad = new BadCells(subject, step);
  let readable = 0;
  const rows = list.flatMap((row, r): (readonly (number | string)[])[] => {
    const { t, s, i, n } = row;
    if (s !== coinOf(symbol) || i !== timeframe)
      throw malformed(subject, `row ${r + 1} is of ${String(s)} ${String(i)}.`);
    const start = stampIn(t);
    if (start !== undefined && start % step !== 0) {
      throw malformed(subject, `row ${r + 1} does not begin on the grid.`);
    }
    const prices = PRICES.map((name) => (typeof row[name] === 'string' ? numberIn(row[name]) : undefined));
    const trades = typeof n === 'number' && Number.isInteger(n) && n >= 0 ? n : undefined;
    const unread = [start, ...prices, trades].indexOf(undefined);
    if (unread >= 0) {
      const field = ['t', ...PRICES, 'n'][unread]!;
      bad.note(start, field, row[field]);
      return [];
    }
    readable += 1;
    if (start! + step > asOf) return [];
    return [[market, symbol, timeframe, start!, ...(prices as number[]), trades!]];
  });
  const sorted = sortAndDedupe(toBatch(table, rows));
  return {
    batch: sorted.batch,
    findings: [...bad.findings(readable), ...sorted.findings],
    rowsInBody: list.length,
  };
}

/**
 * The life of a market. No list says when it began: all days are kept, so the first of them is the day of the listing.
 */
export const candleListing = (market: Market): ListingProbe => ({
  first: ({ symbol }) => newestCandles(symbol, '1d'),
  firstAt: (body) => openTimesIn(body)[0],
  last: ({ symbol, timeframe }) => newestCandles(symbol, timeframe),
  lastAt: (body) => openTimesIn(body).at(-1),
  status: () => listRequest(market),
  isTrading: (body, { symbol }) => isTrading(body, symbol),
});

/** Openings of an answer's candles, oldest first. @throws GordonError `malformed-rows` */
export const openTimesIn = (body: Uint8Array): number[] =>
  rowsIn(body, 'candleSnapshot').map(({ t }) => {
    const at = stampIn(t);
    if (at === undefined) throw malformed('candleSnapshot', 'a row has no opening.');
    return at;
  });

/** An answer that is a list of objects. @throws GordonError `malformed-rows` */
export function rowsIn(body: Uint8Array, subject: string): readonly Readonly<Record<string, unknown>>[] {
  const list = readJson(body, subject);
  if (!Array.isArray(list)) throw malformed(subject, 'the answer is not a list.');
  for (const [r, row] of list.entries()) {
    if (typeof row !== 'object' || row === null) throw malformed(subject, `row ${r + 1} is not an object.`);
  }
  return list as Readonly<Record<string, unknown>>[];
}

/** A stamp in milliseconds, as a number; undefined for anything else, another unit included. */
export const stampIn = (cell: unknown): number | undefined =>
  typeof cell === 'number' && Number.isInteger(cell) && isInstant(cell) ? cell : undefined;
