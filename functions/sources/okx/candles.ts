import { sortAndDedupe, toBatch } from '../../core/series/batch.ts';
import { type Series, seriesLabel } from '../../core/series/series.ts';
import type { ListingProbe, PagesTier, Parsed } from '../../core/series/source.ts';
import type { TableSpec } from '../../core/series/table.ts';
import type { HttpRequest } from '../../core/series/venue.ts';
import { stepOf, type Timeframe } from '../../core/time/timeframe.ts';
import { numberIn } from '../csv/numbers.ts';
import { BadCells } from '../rest/bad-cells.ts';
import { malformed } from '../rest/malformed.ts';
import { isInstant } from '../rest/values.ts';
import { dataIn } from './envelope.ts';
import { instrumentIn, instrumentRequest, type Market } from './instruments.ts';
import { okx, okxCandles, okxHost } from './venue.ts';

/** Bars by the venue's names. From 6H up a bar opens at midnight of UTC+8 unless its name ends in `utc`. There is no 8h. */
const BARS: Readonly<Partial<Record<Timeframe, string>>> = {
  '1m': '1m',
  '3m': '3m',
  '5m': '5m',
  '15m': '15m',
  '30m': '30m',
  '1h': '1H',
  '2h': '2H',
  '4h': '4H',
  '6h': '6Hutc',
  '12h': '12Hutc',
  '1d': '1Dutc',
};

/** The bars of fixed length that the venue has. */
export const CANDLE_TIMEFRAMES = Object.keys(BARS) as Timeframe[];

const LARGEST_PAGE = 300;

const FIELDS = ['ts', 'open', 'high', 'low', 'close', 'vol', 'volCcy', 'volCcyQuote'] as const;
const CONFIRM = FIELDS.length;

/** The table that candles become rows of. */
export interface CandleTable {
  readonly table: TableSpec;
  /** @param values open, high, low, close, vol, volCcy and volCcyQuote */
  row(series: Series, start: number, values: readonly number[]): readonly (number | string)[];
}

const candles = ({ symbol, timeframe }: Series, query: Record<string, number>): HttpRequest => ({
  venue: okx,
  host: okxHost,
  family: okxCandles,
  path: '/api/v5/market/history-candles',
  query: { instId: symbol, bar: BARS[timeframe] ?? '', ...query },
  symbol,
});

/** `GET /api/v5/market/history-candles`, newest first. */
export const candlePages = (table: CandleTable): PagesTier => ({
  kind: 'pages',
  name: 'rest',
  direction: 'backward',
  pageRows: LARGEST_PAGE,
  // `after` is the time that rows are older than, `before` the one that they are newer than. Neither is itself among them.
  request: (series, { start, end }) =>
    candles(series, {
      after: end,
      before: start - 1,
      limit: Math.min(Math.ceil((end - start) / stepOf(series.timeframe)), LARGEST_PAGE),
    }),
  parse: (body, series, asOf) => parseCandles(table, body, series, asOf),
});

/**
 * Reads arrays of nine strings. A candle that is not confirmed, or whose step was not over by `asOf`, is left out: its values still
 * change. It counts in `rowsInBody`.
 * @throws GordonError `malformed-rows`
 */
function parseCandles(
  { table, row: rowOf }: CandleTable,
  body: Uint8Array,
  series: Series,
  asOf: number,
): Parsed & { readonly rowsInBody: number } {
  const subject = seriesLabel(series);
  const step = stepOf(series.timeframe);
  const data = dataIn(body, subject);
  const bad = new BadCells(subject, step);
  let readable = 0;
  const rows = data.flatMap((row, r): (readonly (number | string)[])[] => {
    if (!Array.isArray(row) || row.length <= CONFIRM)
      throw malformed(subject, `row ${r + 1} is not a candle.`);
    const cells = FIELDS.map((_, f) => cellIn(row[f]));
    const [start, ...values] = cells as [number, ...number[]];
    const unread = start !== undefined && !isInstant(start) ? 0 : cells.indexOf(undefined);
    if (unread >= 0) {
      bad.note(unread === 0 ? undefined : start, FIELDS[unread]!, row[unread]);
      return [];
    }
    if (start % step !== 0) throw malformed(subject, `row ${r + 1} does not begin on the grid.`);
    if (!isFlag(row[CONFIRM])) throw malformed(subject, `row ${r + 1} does not say whether it is closed.`);
    readable += 1;
    return row[CONFIRM] === '1' && start + step <= asOf ? [rowOf(series, start, values)] : [];
  });
  const sorted = sortAndDedupe(toBatch(table, rows));
  const findings = [...bad.findings(readable), ...sorted.findings];
  return { batch: sorted.batch, findings, rowsInBody: data.length };
}

/** Everything is a string. */
const cellIn = (cell: unknown): number | undefined => (typeof cell === 'string' ? numberIn(cell) : undefined);

const isFlag = (cell: unknown): boolean => cell === '0' || cell === '1';

/**
 * The life of an instrument. No request gives the first candle, because pages begin with the newest one: the list says since when it
 * trades. Not verified against the live venue: whether a candle can be older than that.
 */
export const candleListing = (market: Market): ListingProbe => ({
  first: ({ symbol }) => instrumentRequest(market, symbol),
  firstAt: (body, { symbol }) => instrumentIn(body, symbol)?.listedAt,
  last: (series) => candles(series, { limit: 1 }),
  lastAt: (body) => {
    const [newest] = dataIn(body, 'history-candles');
    return Array.isArray(newest) ? cellIn(newest[0]) : undefined;
  },
  status: ({ symbol }) => instrumentRequest(market, symbol),
  isTrading: (body, { symbol }) => instrumentIn(body, symbol)?.trading === true,
});
