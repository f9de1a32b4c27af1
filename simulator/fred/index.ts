import { MINUTE, SECOND } from '../../functions/core/time/time.ts';
import type { VenueAnswer, VenueContext, VenueModule, VenueRequest } from '../frame/module.ts';
import { Params } from './params.ts';
import { attributes, bad, checkKey, FredRefusal, REGISTERED_KEY, tooMany, XML_HEAD } from './refusals.ts';
import { type Series, seriesOf } from './series.ts';
import { centralDay, earlier, later, type Vintage, vintages } from './vintages.ts';

const LIMIT = 'fred';
const BURST = 'fred-second';
const MAX_VINTAGE_DATES = 2_000;

type Route = (context: VenueContext, params: Params, request: VenueRequest) => VenueAnswer;

const ROUTES: Readonly<Record<string, Route>> = {
  '/fred/series/observations': observations,
  '/fred/series': seriesInfo,
};

function observations(context: VenueContext, params: Params, { at }: VenueRequest): VenueAnswer {
  const series = needSeries(params);
  const window = params.window();
  const known = knownBy(context, series, at);
  checkVintages(series, known, window, centralDay(at));
  const rows = known
    .filter((v) => v.date >= window.observation_start && v.date <= window.observation_end)
    .filter((v) => v.from <= window.realtime_end && v.until >= window.realtime_start)
    .map(({ date, value, from, until }) => ({
      realtime_start: later(from, window.realtime_start),
      realtime_end: earlier(until, window.realtime_end),
      date,
      value,
    }));
  const sorted = window.sort_order === 'asc' ? rows : rows.toReversed();
  const head = {
    realtime_start: window.realtime_start,
    realtime_end: window.realtime_end,
    observation_start: window.observation_start,
    observation_end: window.observation_end,
    units: 'lin',
    output_type: 1,
    file_type: params.isJson() ? 'json' : 'xml',
    order_by: 'observation_date',
    sort_order: window.sort_order,
    count: rows.length,
    offset: window.offset,
    limit: window.limit,
  };
  const page = sorted.slice(window.offset, window.offset + window.limit);
  return params.isJson()
    ? json({ ...head, observations: page })
    : xml('observations', head, 'observation', page);
}

/** Every day with a new value anywhere in the series is one vintage date: years of a daily series are too many. */
function checkVintages(
  { archivedFrom }: Series,
  known: readonly Vintage[],
  { realtime_start: start, realtime_end: end }: { realtime_start: string; realtime_end: string },
  today: string,
): void {
  if (archivedFrom === undefined ? start < today : !known.some((v) => v.from <= end)) {
    throw bad(
      'The series does not exist in ALFRED but may exist in FRED.  Try setting realtime_start and realtime_end to today.',
    );
  }
  const dates = new Set(known.map((v) => v.from).filter((from) => from >= start && from <= end));
  if (dates.size > MAX_VINTAGE_DATES) {
    throw bad(
      `There are ${dates.size} vintage dates in the specified real-time period: ${start} to ${end}.  This exceeds the maximum number of vintage dates allowed for this file type (${MAX_VINTAGE_DATES}).`,
    );
  }
}

function seriesInfo(context: VenueContext, params: Params, { at }: VenueRequest): VenueAnswer {
  const series = needSeries(params);
  const realtime = params.realtime();
  const known = knownBy(context, series, at);
  const newest = known.at(-1);
  const updated = new Date(series.published(Date.parse(newest?.date ?? '')) - 6 * 3_600_000).toISOString();
  const info = {
    id: series.id,
    ...realtime,
    title: series.title,
    observation_start: known[0]?.date,
    observation_end: newest?.date,
    frequency: series.frequencyNames[0],
    frequency_short: series.frequencyNames[1],
    units: series.units[0],
    units_short: series.units[1],
    seasonal_adjustment: series.adjusted ? 'Seasonally Adjusted' : 'Not Seasonally Adjusted',
    seasonal_adjustment_short: series.adjusted ? 'SA' : 'NSA',
    last_updated: `${updated.slice(0, 19).replace('T', ' ')}-06`,
    popularity: 80,
    notes: 'Simulated data.',
  };
  return params.isJson()
    ? json({ ...realtime, seriess: [info] })
    : xml('seriess', realtime, 'series', [info]);
}

function needSeries(params: Params): Series {
  const id = params.text('series_id');
  if (!id) throw bad('Variable series_id is not set.');
  const series = seriesOf(id.toUpperCase());
  if (!series) throw bad('The series does not exist.');
  return series;
}

/** Decades of days are made once for a minute of the simulated clock, not for every page. */
function knownBy(context: VenueContext, series: Series, now: number): readonly Vintage[] {
  const made = context.shared('fred/vintages', () => new Map<string, { minute: string; known: Vintage[] }>());
  const minute = `${centralDay(now)} ${Math.floor(now / MINUTE)}`;
  let entry = made.get(series.id);
  if (entry?.minute !== minute) {
    entry = { minute, known: vintages(context.seed, series, now) };
    made.set(series.id, entry);
  }
  return entry.known;
}

const json = (value: unknown): VenueAnswer => ({
  status: 200,
  headers: { 'content-type': 'application/json; charset=UTF-8' },
  body: JSON.stringify(value),
});

function xml(name: string, head: object, rowName: string, rows: readonly object[]): VenueAnswer {
  const lines = rows.map((row) => `  <${rowName} ${attributes(row)}/>`);
  return {
    status: 200,
    headers: { 'content-type': 'text/xml; charset=UTF-8' },
    body: [XML_HEAD, `<${name} ${attributes(head)}>`, ...lines, `</${name}>`, ''].join('\n'),
  };
}

function answer(context: VenueContext, request: VenueRequest): VenueAnswer {
  const params = new Params(request);
  try {
    // Counted by key, as far as is known; without one by address.
    const caller = params.text('api_key') ?? request.ip;
    const counts = [LIMIT, BURST].map((limit) => context.limiter.take(limit, caller, 1));
    if (!counts.every(({ allowed }) => allowed)) throw tooMany();
    const route = ROUTES[request.path];
    if (!route) throw new FredRefusal('Not Found', 404);
    params.checkFileType();
    checkKey(params.text('api_key'));
    return route(context, params, request);
  } catch (error) {
    if (!(error instanceof FredRefusal)) throw error;
    return error.answer(params.isJson());
  }
}

export const fred: VenueModule = {
  id: 'fred',
  prefix: '/fred',
  env: 'GORDON_FRED_URL',
  key: { env: 'FRED_API_KEY', value: REGISTERED_KEY },
  limits: [
    { id: LIMIT, limit: 120, windowMs: MINUTE },
    { id: BURST, limit: 2, windowMs: SECOND, sliding: true },
  ],
  open: (context) => (request) => answer(context, request),
  refusal: (status) => (status === 429 ? tooMany().answer(true) : undefined),
};
