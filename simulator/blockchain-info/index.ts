import { DAY, MINUTE, SECOND } from '../../functions/core/time/time.ts';
import { htmlPage, json, queryOf } from '../frame/answer.ts';
import type { VenueAnswer, VenueContext, VenueModule, VenueRequest } from '../frame/module.ts';
import { pricesOf } from '../market/price.ts';
import { bitcoins, COINS, MINED_FROM } from '../market/supply.ts';

const LIMIT = 'blockchain-info';
/** A sampled chart has about so many points. */
const SAMPLED = 1_500;

interface Chart {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly value: (context: VenueContext, at: number) => number;
}

const price = (context: VenueContext, at: number): number =>
  at < (COINS.btc?.pricedFrom ?? 0) ? 0 : pricesOf(context).at('BTC', at);
const cents = (value: number): number => Math.round(value * 100) / 100;

const CHARTS: Readonly<Record<string, Chart>> = {
  'market-cap': {
    name: 'Market Capitalization (USD)',
    unit: 'USD',
    description: 'The total value in USD of bitcoin in circulation.',
    value: (context, at) => cents(price(context, at) * bitcoins(at)),
  },
  'market-price': {
    name: 'Market Price (USD)',
    unit: 'USD',
    description: 'Average USD market price across major bitcoin exchanges.',
    value: (context, at) => cents(price(context, at)),
  },
  'total-bitcoins': {
    name: 'Total Circulating Bitcoin',
    unit: 'BTC',
    description: 'The total number of mined bitcoin that are currently circulating on the network.',
    value: (_, at) => bitcoins(at),
  },
};

const SPAN = /^(\d+)(days?|weeks?|months?|years?)$/;
const SPAN_DAYS: Readonly<Record<string, number>> = { d: 1, w: 7, m: 30, y: 365 };

function chart(context: VenueContext, request: VenueRequest): VenueAnswer {
  const chart = CHARTS[request.path.slice('/charts/'.length)];
  if (!chart || !request.path.startsWith('/charts/')) {
    return json(
      { status: 'not-found', error: 'not-found-or-invalid-arg', message: 'Not found or invalid arg' },
      { status: 404 },
    );
  }
  const query = queryOf(request);
  const newest = Math.floor(request.at / DAY) * DAY;
  const [, count, unit = 'y'] = SPAN.exec(query.get('timespan') ?? '1year') ?? [];
  const span =
    query.get('timespan') === 'all' ? Infinity : Number(count ?? 1) * (SPAN_DAYS[unit.charAt(0)] ?? 365);
  const first = Math.max(MINED_FROM, newest - span * DAY);
  const points = Math.floor((newest - first) / DAY) + 1;
  const every = query.get('sampled') === 'false' ? 1 : Math.max(1, Math.ceil(points / SAMPLED));
  const values: { x: number; y: number }[] = [];
  for (let at = first; at <= newest; at += every * DAY)
    values.push({ x: at / SECOND, y: chart.value(context, at) });
  const { name, description } = chart;
  return json({ status: 'ok', name, unit: chart.unit, period: 'day', description, values });
}

export const blockchainInfo: VenueModule = {
  id: 'blockchain-info',
  prefix: '/blockchain-info',
  env: 'GORDON_BLOCKCHAIN_INFO_URL',
  limits: [{ id: LIMIT, limit: 10, windowMs: MINUTE }],
  open: (context) => (request) =>
    context.limiter.take(LIMIT, request.ip, 1).allowed
      ? chart(context, request)
      : htmlPage(429, 'Too Many Requests'),
};
