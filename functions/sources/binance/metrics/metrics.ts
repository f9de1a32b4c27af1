import { toBatch } from '../../../core/series/batch.ts';
import { MARKET_SYMBOL } from '../../../core/series/names/spelling.ts';
import { type Series, seriesLabel } from '../../../core/series/series.ts';
import type { ListingProbe, PagesTier, Source } from '../../../core/series/source.ts';
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
import { metricsCsvParser } from './metrics-csv.ts';
import { cleaned, type Reading } from './readings.ts';
import { STATISTICS, type Statistic } from './statistics.ts';

const LIMIT = 500;

/** REST keeps 30 days and refuses ranges that begin before. The margin is for slow pages and different clocks. */
const REACH = 30 * DAY - HOUR;

/** A source over the archive's metrics by day, the only history, and one of the routes of `/futures/data/` for its tail. */
export function metricSource(statistic: Statistic): Source {
  const { id, family, title, table } = statistic;
  return {
    id,
    family,
    title,
    table,
    timeframes: ['5m', '1h'],
    defaultTimeframe: '1h',
    defaultSymbols: ['BTCUSDT', 'ETHUSDT'],
    symbolPattern: MARKET_SYMBOL,
    chunkUnit: () => 'month',
    instants: true,
    finalAfterMs: MINUTE,
    settleMs: HOUR,
    // REST can only restate the thirty days that it still serves.
    restates: { recentMonths: 2, sampledIn: 30 },
    tiers: [
      archiveTier(
        'day',
        ({ symbol }, { name }) => `/data/futures/um/daily/metrics/${symbol}/${symbol}-metrics-${name}.zip`,
        metricsCsvParser,
        { closing: true, labels: metricLabels },
      ),
      metricPages(statistic, ({ symbol }, query) =>
        usdmRequest(`/futures/data/${statistic.route}`, { symbol, ...query }, binanceFamilies.usdmData),
      ),
    ],
    listing,
    siblings: STATISTICS.filter((other) => other !== statistic).map((other) => other.id),
  };
}

/**
 * Oldest first, but a range with more than a page returns its newest rows, so it is paged from its end.
 * @param requestOf the request for a series
 * @param named fields of each row beside its symbol that say what it is about
 */
export function metricPages(
  statistic: Statistic,
  requestOf: (series: Series, query: Readonly<Record<string, string | number>>) => HttpRequest,
  named: (series: Series) => Readonly<Record<string, string>> = () => ({}),
): PagesTier {
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
      requestOf(series, {
        period: periodOf(series),
        startTime: start - early,
        endTime: end - early - 1,
        limit: LIMIT,
      }),
    parse(body, series, asOf) {
      const subject = seriesLabel(series);
      const rows = rowsIn(body, subject, series.symbol);
      refuseOthers(rows, subject, named(series));
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
  named: Readonly<Record<string, string>>,
): void {
  for (const [field, value] of Object.entries(named)) {
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
