import { sortAndDedupe, toBatch } from '../../core/series/batch.ts';
import { type Series, seriesLabel } from '../../core/series/series.ts';
import type { PagesTier, Parsed, Source } from '../../core/series/source.ts';
import type { TableSpec } from '../../core/series/table.ts';
import type { HttpRequest } from '../../core/series/venue.ts';
import type { PeriodUnit } from '../../core/time/period.ts';
import type { Range } from '../../core/time/range.ts';
import { HOUR, MINUTE, SECOND } from '../../core/time/time.ts';
import { stepOf, type Timeframe } from '../../core/time/timeframe.ts';
import { requestFor, resultList } from '../deribit/request.ts';
import { BadCells } from '../rest/bad-cells.ts';
import { malformed } from '../rest/malformed.ts';
import { isInstant, readNumber } from '../rest/values.ts';

/** Timeframes by the venue's names: seconds, or `1D`. It makes no others. */
const RESOLUTIONS: Readonly<Partial<Record<Timeframe, string>>> = {
  '1s': '1',
  '1m': '60',
  '1h': '3600',
  '12h': '43200',
  '1d': '1D',
};

const LARGEST_PAGE = 1000;

const FIELDS = ['time', 'open', 'high', 'low', 'close'] as const;

const table: TableSpec = {
  name: 'volatility_index',
  columns: [
    { name: 'symbol', type: 'text' },
    { name: 'timeframe', type: 'text' },
    { name: 'time', type: 'timestamptz' },
    ...FIELDS.slice(1).map((name) => ({ name, type: 'float8' as const })),
  ],
  key: ['symbol', 'timeframe', 'time'],
};

/** All four are required. Whether the end is inclusive is not documented: a millisecond before it is right either way. */
const candles = ({ symbol, timeframe }: Series, { start, end }: Range): HttpRequest =>
  requestFor('get_volatility_index_data', {
    currency: symbol,
    start_timestamp: start,
    end_timestamp: end - 1,
    resolution: RESOLUTIONS[timeframe] ?? '',
  });

/** `[ms, open, high, low, close]`, whose order within a page is not documented. @throws GordonError `malformed-rows` */
function parse(body: Uint8Array, series: Series, asOf: number): Parsed & { readonly rowsInBody: number } {
  const subject = seriesLabel(series);
  const step = stepOf(series.timeframe);
  const list = resultList(body, subject, 'data');
  const bad = new BadCells(subject, step);
  const rows = list.flatMap((row, r): [number, ...number[]][] => {
    const cells = Array.isArray(row) ? row.slice(0, FIELDS.length).map(readNumber) : [];
    if (cells.length < FIELDS.length) throw malformed(subject, `row ${r + 1} is not a candle.`);
    const [start] = cells;
    const unread = start === undefined || !isInstant(start) ? 0 : cells.indexOf(undefined);
    if (unread >= 0) {
      bad.note(unread === 0 ? undefined : start, FIELDS[unread]!, (row as readonly unknown[])[unread]);
      return [];
    }
    if (start! % step !== 0) throw malformed(subject, `row ${r + 1} does not begin on the grid.`);
    return [cells as [number, ...number[]]];
  });
  const final = rows.filter(([start]) => start + step <= asOf);
  const batch = toBatch(
    table,
    final.map((cells) => [series.symbol, series.timeframe, ...cells]),
  );
  const sorted = sortAndDedupe(batch);
  const findings = [...bad.findings(rows.length), ...sorted.findings];
  return { batch: sorted.batch, findings, rowsInBody: list.length };
}

/**
 * A range with more candles than a page returns the newest ones, with the next `end_timestamp` as `continuation`. The engine
 * requests what lies before the oldest row that it got, which is the same instant.
 */
const pages: PagesTier = {
  kind: 'pages',
  name: 'rest',
  direction: 'backward',
  pageRows: LARGEST_PAGE,
  request: candles,
  parse,
};

/**
 * Deribit's volatility index (DVOL) of Bitcoin and Ether: `public/get_volatility_index_data`, since 2021-03-24. Not verified
 * against the live venue.
 */
export const dvol_deribit: Source = {
  id: 'dvol_deribit',
  family: 'options',
  title: 'Deribit volatility index (DVOL)',
  table,
  timeframes: Object.keys(RESOLUTIONS) as Timeframe[],
  defaultTimeframe: '1h',
  defaultSymbols: ['BTC', 'ETH'],
  symbolPattern: /^(?:BTC|ETH)$/,
  chunkUnit: (timeframe): PeriodUnit =>
    stepOf(timeframe) < MINUTE ? 'day' : stepOf(timeframe) < HOUR ? 'month' : 'year',
  finalAfterMs: 2 * SECOND,
  settleMs: 10 * MINUTE,
  tiers: [pages],
  // Bitcoin's first day. Ether's is not known to be another one; before it nothing was published, as in any other hole of an index.
  listing: { listedAt: Date.UTC(2021, 2, 24) },
  holeReason: 'not-published',
};
