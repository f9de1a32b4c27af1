import { toBatch } from '../../../core/series/batch.ts';
import { MARKET_SYMBOL } from '../../../core/series/names/spelling.ts';
import { type Series, seriesLabel } from '../../../core/series/series.ts';
import type { ArchiveLabels, ListingProbe, PagesTier, Source } from '../../../core/series/source.ts';
import type { HttpRequest } from '../../../core/series/venue.ts';
import { ceilTo, DAY, HOUR, MINUTE } from '../../../core/time/time.ts';
import { stepOf, type Timeframe } from '../../../core/time/timeframe.ts';
import { numberIn } from '../../csv/numbers.ts';
import { BadCells } from '../../rest/bad-cells.ts';
import { malformed } from '../../rest/malformed.ts';
import { archiveTier } from '../archive.ts';
import { binanceFamilies } from '../hosts.ts';
import { openTimesIn } from '../klines/kline-json.ts';
import { type JsonRow, readStamp, rowsIn } from '../rows.ts';
import { usdmRequest, usdmStatus } from '../usdm.ts';
import { answeredAt, metricLabels, READING_STEP } from './metric-labels.ts';
import { type MetricFiles, metricsParser, USDM_FILES } from './metrics-csv.ts';
import { cleaned, type Reading } from './readings.ts';
import type { Statistic } from './statistics.ts';

const LIMIT = 500;

/** REST keeps 30 days and refuses ranges that begin before. The margin is for slow pages and different clocks. */
const REACH = 30 * DAY - HOUR;

/** What differs between the two futures markets. */
export interface MetricMarket {
  /** in the archive */
  readonly folder: 'futures/um' | 'futures/cm';
  readonly files: MetricFiles;
  readonly labels: ArchiveLabels;
  readonly defaultSymbols: readonly string[];
  readonly symbolPattern: RegExp;
  /** a request to one of the routes of `/futures/data/` */
  request(path: string, query: NonNullable<HttpRequest['query']>): HttpRequest;
  /** how the routes name a series */
  named(series: Series): Readonly<Record<string, string>>;
  /** fields of each row that have to be those of `named` */
  readonly checked: readonly string[];
  readonly listing: ListingProbe;
}

/** A source over the archive's metrics by day, the only history, and one of the routes of `/futures/data/` for its tail. */
export function metricSource(statistic: Statistic, market = USDM): Source {
  const { id, family, title, table } = statistic;
  const { folder, files, labels, defaultSymbols, symbolPattern, listing } = market;
  return {
    id,
    family,
    title,
    table,
    timeframes: ['5m', '1h'],
    defaultTimeframe: '1h',
    defaultSymbols,
    symbolPattern,
    chunkUnit: () => 'month',
    instants: true,
    finalAfterMs: MINUTE,
    settleMs: HOUR,
    // REST can only restate the thirty days that it still serves.
    restates: { recentMonths: 2, sampledIn: 30 },
    tiers: [
      archiveTier(
        'day',
        ({ symbol }, { name }) => `/data/${folder}/daily/metrics/${symbol}/${symbol}-metrics-${name}.zip`,
        metricsParser(files),
        { closing: true, labels },
      ),
      metricPages(statistic, market),
    ],
    listing,
    ...(files.statistics.length > 1 && {
      siblings: files.statistics.filter((other) => other !== statistic).map((other) => other.id),
    }),
  };
}

/** Oldest first, but a range with more than a page returns its newest rows, so it is paged from its end. */
function metricPages(statistic: Statistic, { request, named, checked }: MetricMarket): PagesTier {
  const periodOf = ({ timeframe }: Series): Timeframe => statistic.bucket ?? timeframe;
  const isVolume = statistic.bucket !== undefined;
  const early = isVolume ? READING_STEP : 0;
  return {
    kind: 'pages',
    name: 'rest',
    direction: 'backward',
    pageRows: LIMIT,
    reachMs: REACH,
    request: (series, { start, end }) =>
      request(`/futures/data/${statistic.route}`, {
        ...named(series),
        period: periodOf(series),
        startTime: start - early,
        endTime: end - early - 1,
        limit: LIMIT,
      }),
    parse(body, series, asOf) {
      const subject = seriesLabel(series);
      const rows = rowsIn(body, subject, series.symbol);
      refuseOthers(rows, subject, checked, named(series));
      const period = stepOf(periodOf(series));
      const bad = new BadCells(subject, READING_STEP);
      let readable = 0;
      const readings = rows.map((row): Reading => {
        const stamp = readStamp(numberIn(row.timestamp), subject);
        if (stamp % period !== 0)
          throw malformed(subject, `a row is stamped ${stamp}, which is not on the grid.`);
        const { time, label } = answeredAt(stamp, isVolume);
        const cells = statistic.fields.map((field) => numberIn(row[field]));
        const unread = statistic.fields.find((field, f) => cells[f] === undefined && !isBlank(row[field]));
        if (unread !== undefined) bad.note(time, unread, row[unread]);
        else readable++;
        return { time, label, cells };
      });
      const unread = bad.findings(readable);
      const due = readings.filter(({ time }) => time % stepOf(series.timeframe) === 0 && time <= asOf);
      const { kept, findings } = cleaned(due);
      const batch = toBatch(
        statistic.table,
        kept.map((reading) => statistic.row(series, reading, reading.cells)),
      );
      return { batch, findings: [...unread, ...findings], rowsInBody: rows.length };
    },
  };
}

/** @throws GordonError `malformed-rows` */
function refuseOthers(
  rows: readonly JsonRow[],
  subject: string,
  checked: readonly string[],
  named: Readonly<Record<string, string>>,
): void {
  for (const field of checked) {
    const value = named[field]!;
    const other = rows.find((row) => row[field] !== value);
    if (other) throw malformed(subject, `a row is of the ${field} ${String(other[field])}, not of ${value}.`);
  }
}

/** An empty cell is not a bad one: `cleaned` reports it. */
const isBlank = (cell: JsonRow[string]): boolean => cell === '' || cell === null;

const minutes = ({ symbol }: Series, query: Record<string, number>) =>
  usdmRequest('/fapi/v1/klines', { symbol, interval: '1m', ...query, limit: 1 });

/** The life by the candles: `/futures/data/` answers an unknown symbol with an empty list and does not know a first row. */
const listing: ListingProbe = {
  ...usdmStatus,
  first: (series) => minutes(series, { startTime: 0 }),
  firstAt(body, { timeframe }) {
    const first = openTimesIn(body)[0];
    return first === undefined ? undefined : ceilTo(first, stepOf(timeframe));
  },
  last: (series) => minutes(series, {}),
  lastAt: (body) => openTimesIn(body).at(-1),
};

const USDM: MetricMarket = {
  folder: 'futures/um',
  files: USDM_FILES,
  labels: metricLabels,
  defaultSymbols: ['BTCUSDT', 'ETHUSDT'],
  symbolPattern: MARKET_SYMBOL,
  request: (path, query) => usdmRequest(path, query, binanceFamilies.usdmData),
  named: ({ symbol }) => ({ symbol }),
  checked: [],
  listing,
};
