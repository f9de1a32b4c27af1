import { SECOND } from '../../functions/core/time/time.ts';
import { json, queryOf } from '../frame/answer.ts';
import type { VenueAnswer, VenueContext, VenueModule, VenueRequest } from '../frame/module.ts';
import { daily, isAsset, isMetric, type MetricRow, PAID } from './metrics.ts';

const LIMIT = 'coinmetrics';
const PATH = '/v4/timeseries/asset-metrics';
const TIMES = ['yyyy-MM-dd', 'yyyyMMdd', 'yyyy-MM-ddTHH:mm:ss', 'yyyy-MM-ddTHHmmss'];
const TIME = /^(\d{4})-?(\d{2})-?(\d{2})(?:T(\d{2}):?(\d{2}):?(\d{2})(?:\.(\d{3}|\d{6}|\d{9}))?Z?)?$/;

class Refusal extends Error {
  readonly status: number;
  readonly type: string;

  constructor(message: string, status = 400, type = 'bad_parameter') {
    super(message);
    this.status = status;
    this.type = type;
  }

  answer(): VenueAnswer {
    return json({ error: { type: this.type, message: this.message } }, { status: this.status });
  }
}

const bad = (name: string, text: string): Refusal => new Refusal(`Bad parameter '${name}'. ${text}`);

function assetMetrics(context: VenueContext, request: VenueRequest): VenueAnswer {
  const query = queryOf(request);
  const assets = listOf(query, 'assets');
  const metrics = listOf(query, 'metrics');
  for (const asset of assets) if (!isAsset(asset)) throw bad('assets', `Value '${asset}' is not supported.`);
  for (const metric of metrics) {
    if (PAID.includes(metric)) {
      const what = `metric '${metric}' with frequency '1d' for asset '${assets[0]}'`;
      throw new Refusal(`Requested ${what} is not available with supplied credentials.`, 403, 'forbidden');
    }
    if (!isMetric(metric)) throw bad('metrics', `Value '${metric}' is not supported.`);
  }
  const frequency = query.get('frequency') ?? '1d';
  if (frequency !== '1d') throw bad('frequency', `Value '${frequency}' is not supported.`);
  const size = Number(query.get('page_size') ?? 100);
  if (!Number.isInteger(size) || size < 1 || size > 10_000) {
    throw bad('page_size', `Value '${query.get('page_size')}' is not in range from 1 to 10000.`);
  }
  const pagingFrom = query.get('paging_from') ?? 'end';
  if (pagingFrom !== 'start' && pagingFrom !== 'end')
    throw bad('paging_from', `Value '${pagingFrom}' is not supported.`);
  const from = timeOf(query, 'start_time', 0);
  const to = timeOf(query, 'end_time', request.at);
  if (from > to) throw bad('end_time', 'End time must be after start time.');
  const rows = assets.flatMap((asset) => daily(context, asset, metrics, { from, to }));
  return json(page(rows, { size, pagingFrom, token: query.get('next_page_token') }, request));
}

/** The token names the edge row of the page before: number of its asset, a dot, its time in base64. */
function page(
  rows: readonly MetricRow[],
  { size, pagingFrom, token }: { size: number; pagingFrom: string; token: string | undefined },
  request: VenueRequest,
): unknown {
  const assets = [...new Set(rows.map((r) => r.asset))];
  const fromStart = pagingFrom === 'start';
  let edge = fromStart ? -1 : rows.length;
  if (token !== undefined) {
    const [number, time = ''] = token.split('.');
    const stamp = Buffer.from(time, 'base64url').toString().slice(0, 19);
    const asset = assets[Number(number)];
    edge = rows.findIndex((row) => row.asset === asset && row.time.startsWith(stamp));
    if (edge < 0 || stamp.length < 19) throw bad('next_page_token', `Value '${token}' is not supported.`);
  }
  const data = fromStart ? rows.slice(edge + 1, edge + 1 + size) : rows.slice(Math.max(0, edge - size), edge);
  const more = fromStart ? edge + 1 + size < rows.length : edge - size > 0;
  const last = fromStart ? data.at(-1) : data[0];
  if (!more || !last) return { data };
  const time = Buffer.from(`${last.time.slice(0, 19)}Z`).toString('base64url');
  const next = `${assets.indexOf(last.asset)}.${time}`;
  const url = new URL(`http://${request.headers.host}/coinmetrics${PATH}`);
  for (const [name, value] of request.query)
    if (name !== 'next_page_token') url.searchParams.append(name, value);
  url.searchParams.set('next_page_token', next);
  return { data, next_page_token: next, next_page_url: url.href };
}

function listOf(query: ReadonlyMap<string, string>, name: string): string[] {
  const value = query.get(name);
  if (!value) throw new Refusal(`Missing parameter '${name}'.`, 400, 'missing_parameter');
  return value.split(',');
}

/** A day alone means its start for a start and, the end being inclusive, its start for an end too. */
function timeOf(query: ReadonlyMap<string, string>, name: string, fallback: number): number {
  const value = query.get(name);
  if (value === undefined) return fallback;
  const parts = TIME.exec(value);
  if (!parts) {
    const fractions = ['.SSS', '.SSSSSS', '.SSSSSSSSS'];
    const formats = [...TIMES, ...fractions.flatMap((f) => TIMES.slice(2).map((t) => t + f))];
    throw bad(
      name,
      `Incorrect time format '${value}'. Supported formats are ${formats.map((f) => `'${f}'`).join(', ')}.`,
    );
  }
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1, 7)
    .map((p) => Number(p ?? 0));
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

export const coinmetrics: VenueModule = {
  id: 'coinmetrics',
  prefix: '/coinmetrics',
  env: 'GORDON_COINMETRICS_URL',
  limits: [{ id: LIMIT, limit: 10, windowMs: 6 * SECOND }],
  open: (context) => (request) => {
    try {
      if (!context.limiter.take(LIMIT, request.ip, 1).allowed) {
        throw new Refusal('Too many requests.', 429, 'too_many_requests');
      }
      if (request.path !== PATH) throw new Refusal('Endpoint not found.', 404, 'not_found');
      return assetMetrics(context, request);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return error.answer();
    }
  },
  refusal: (status) =>
    status === 429 ? new Refusal('Too many requests.', 429, 'too_many_requests').answer() : undefined,
};
