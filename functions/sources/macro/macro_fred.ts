import { isThirdParty } from '../../core/licences/licences.ts';
import type { Series } from '../../core/series/series.ts';
import type { ListingProbe, PagesTier, Source } from '../../core/series/source.ts';
import type { HttpRequest } from '../../core/series/venue.ts';
import type { Range } from '../../core/time/range.ts';
import { DAY, HOUR, isoDay } from '../../core/time/time.ts';
import { joinVintages, macroTable, observationDays, parseObservations } from '../fred/observations.ts';
import { type RealtimePeriod, realtimePeriodsFrom } from '../fred/realtime-periods.ts';
import { FRED_SERIES, isUnrevised } from '../fred/series.ts';
import { fred, fredFamily, fredHost, fredKey } from '../fred/venue.ts';
import { malformed, readJson } from '../rest/malformed.ts';

const PAGE_ROWS = 100_000;

const requestFor = (path: string, query: Readonly<Record<string, string | number>>): HttpRequest => ({
  venue: fred,
  host: fredHost,
  family: fredFamily,
  path,
  query: { ...query, file_type: 'json' },
  secret: { parameter: 'api_key', env: fredKey.env },
});

const observations = ({ symbol }: Series, { start, end }: Range, period?: RealtimePeriod): HttpRequest =>
  requestFor('/fred/series/observations', {
    // Both bounds are inclusive.
    series_id: symbol,
    observation_start: isoDay(start),
    observation_end: isoDay(end - DAY),
    ...period,
    limit: PAGE_ROWS,
  });

const tier: PagesTier = {
  kind: 'pages',
  name: 'rest',
  direction: 'forward',
  pageRows: PAGE_ROWS,
  request: (series, range) => observations(series, range),
  parse: parseObservations,
  parts: {
    requests: (series, range, now) =>
      isUnrevised(series.symbol)
        ? [observations(series, range)]
        : realtimePeriodsFrom(range.start, now).map((period) => observations(series, range, period)),
    join: joinVintages,
  },
};

const end = ({ symbol }: Series, sort_order: 'asc' | 'desc'): HttpRequest =>
  requestFor('/fred/series/observations', { series_id: symbol, limit: 1, sort_order });

const listing: ListingProbe = {
  first: (series) => end(series, 'asc'),
  firstAt: (body) => observationDays(body).at(0),
  last: (series) => end(series, 'desc'),
  lastAt: (body) => observationDays(body).at(-1),
  status: ({ symbol }) => requestFor('/fred/series', { series_id: symbol }),
  isTrading(body, { symbol }) {
    const { seriess } = (readJson(body, symbol) ?? {}) as { readonly seriess?: { title?: unknown }[] };
    if (!Array.isArray(seriess)) throw malformed(symbol, 'the answer has no list "seriess".');
    return seriess.some(({ title }) => !/DISCONTINUED/.test(String(title)));
  },
};

/**
 * Series of FRED with their vintages: what was known when. A value is revised for a year and more after its month, so all
 * that is younger is requested again.
 */
export const macro_fred: Source = {
  id: 'macro_fred',
  family: 'macro',
  title: 'US macroeconomic series of FRED',
  table: macroTable,
  timeframes: ['1d'],
  defaultTimeframe: '1d',
  defaultSymbols: FRED_SERIES.map(({ id }) => id).filter((id) => !isThirdParty(id)),
  optInSymbols: FRED_SERIES.map(({ id }) => id).filter(isThirdParty),
  symbolPattern: new RegExp(`^(?:${FRED_SERIES.map(({ id }) => id).join('|')})$`),
  chunkUnit: () => 'year',
  // Some observations come out on their own day.
  instants: true,
  finalAfterMs: 0,
  // Seasonal factors of a calendar year are revised in the February after it.
  settleMs: 401 * DAY,
  refreshEveryMs: HOUR,
  // A month, plus the weeks until it is published.
  longestSilenceMs: 70 * DAY,
  longestEmptyMs: 70 * DAY,
  holeReason: 'not-published',
  key: fredKey,
  listing,
  tiers: [tier],
};
