import { type Series, seriesLabel } from '../../../functions/core/series/series.ts';
import { normalize, type Range, type RangeSet, subtract } from '../../../functions/core/time/range.ts';
import { floorTo, HOUR, iso, MINUTE } from '../../../functions/core/time/time.ts';
import { READING_STEP } from '../../../functions/sources/binance/metrics/metric-labels.ts';
import { STATISTICS } from '../../../functions/sources/binance/metrics/statistics.ts';
import { AROUND } from '../../../functions/sources/funding/settlements.ts';
import { haveIn } from '../../memory/ledger/ledger.ts';
import type { Book, MemoryWarehouse } from '../../memory/ledger/warehouse.ts';

/** A job tries a chunk again as long as others of it get on, and once more. */
const MOST_FAILURES = 8;
/** Two jobs may request the same at about the same time. */
const MEANWHILE = 10 * MINUTE;

/** How often jobs have failed at their chunks. */
export class Failures {
  readonly #waves = new Map<string, Set<number>>();

  /** @param wave a chunk fails once in each: further calls try to note the same failure @returns a breach in words */
  add(jobId: string, label: string, wave: number): string[] {
    const key = `${jobId} ${label}`;
    const waves = this.#waves.get(key) ?? new Set();
    this.#waves.set(key, waves);
    if (waves.has(wave)) return [];
    const times = waves.add(wave).size;
    return times === MOST_FAILURES ? [`job ${jobId} has failed ${times} times at ${label} and goes on`] : [];
  }
}

/** What a request is for: of the series of a source and symbol. */
interface Wanted extends Pick<Series, 'symbol'>, Range {
  readonly source: string;
  /** whose rows come of the same answer */
  readonly also?: string;
  /** absent: the request does not say */
  readonly timeframe?: string | undefined;
}

type Reads = (query: URLSearchParams, now: number, found: RegExpExecArray) => Wanted | undefined;

/** The range of a query whose bounds are both inclusive; undefined where it has none, as that for the first row there is. */
function rangeIn(query: URLSearchParams, before = 0, after = 0): Range | undefined {
  const [start, last] = [Number(query.get('startTime')), Number(query.get('endTime'))];
  const range = { start: start + before, end: last + 1 - after };
  return start === 0 || last === 0 || range.start >= range.end ? undefined : range;
}

const symbolIn = (query: URLSearchParams): string => query.get('symbol') ?? '';

/** How each source's requests say what they are for. */
const REQUESTS: readonly (readonly [url: RegExp, reads: Reads])[] = [
  [
    /^GET https:\/\/(\w+)\.binance\.com\/f?api\/v\d\/klines\?(.*)$/,
    (query, _now, [, host]) => {
      const range = rangeIn(query);
      const source = host === 'fapi' ? 'klines_perp' : 'klines_spot';
      return range && { source, symbol: symbolIn(query), timeframe: query.get('interval') ?? '', ...range };
    },
  ],
  [
    /^GET https:\/\/fapi\.binance\.com\/fapi\/v1\/(fundingRate)\?(.*)$/,
    (query) => {
      // The neighbours on both sides show the intervals.
      const range = rangeIn(query, AROUND + MINUTE, AROUND);
      return range && { source: 'funding_binance', symbol: symbolIn(query), ...range };
    },
  ],
  [
    /^GET https:\/\/fapi\.binance\.com\/futures\/data\/(\w+)\?(.*)$/,
    (query, _now, [, route]) => {
      const statistic = STATISTICS.find((one) => one.route === route);
      // A volume is stamped with the beginning of its slot.
      const early = statistic?.bucket === undefined ? 0 : READING_STEP;
      const range = rangeIn(query, early, -early);
      return statistic && range && { source: statistic.id, symbol: symbolIn(query), ...range };
    },
  ],
  [
    /^GET https:\/\/www\.deribit\.com\/api\/v2\/public\/(get_book_summary_by_currency)\?(.*)$/,
    (query, now) => {
      const start = floorTo(now, HOUR);
      const symbol = query.get('currency') ?? '';
      return { source: 'gex_deribit', also: 'option_quotes_deribit', symbol, start, end: start + HOUR };
    },
  ],
];

/** What a function is about to request although the ledger has had all of it for a while. @returns a breach in words */
export function judgeRequest(warehouse: MemoryWarehouse, who: string, what: string, now: number): string[] {
  if (!who.startsWith('fetch-chunk ') || !what.startsWith('GET ')) return [];
  const wanted = wantedBy(what, now);
  if (!wanted) return [];
  const { source, also, symbol, timeframe, start, end } = wanted;
  const books = warehouse.books().filter(({ series, record }) => {
    if ((series.source !== source && series.source !== also) || series.symbol !== symbol) return false;
    return timeframe === undefined ? record !== undefined : series.timeframe === timeframe;
  });
  const [book] = books;
  const lacks = (had: RangeSet): boolean => subtract([{ start, end }], had).length > 0;
  // Mostly it is new, and what is had by now says so: what was had a while ago is a part of it.
  if (!book || books.some((one) => lacks(haveIn(one)) || lacks(hadIn(one, now)))) return [];
  return [`${who} requests ${seriesLabel(book.series)} from ${iso(start)} again, which the ledger has`];
}

function wantedBy(what: string, now: number): Wanted | undefined {
  for (const [url, reads] of REQUESTS) {
    const found = url.exec(what);
    if (found) return reads(new URLSearchParams(found[2]), now, found);
  }
  return undefined;
}

const hadIn = ({ spans }: Book, now: number): RangeSet =>
  normalize(spans.filter(({ state, fetchedAt }) => state === 'have' && fetchedAt < now - MEANWHILE));
