import { MINUTE, SECOND } from '../../functions/core/time/time.ts';
import { htmlPage, queryOf } from '../frame/answer.ts';
import type { VenueAnswer, VenueContext, VenueModule, VenueRequest } from '../frame/module.ts';
import { classOf, type Day, days } from './index-of-day.ts';

const LIMIT = 'alternative-me';

const DATE_FORMATS: Readonly<Record<string, (at: number) => string>> = {
  us: (at) => dashed(at, 'MDY'),
  world: (at) => dashed(at, 'DMY'),
  cn: (at) => dashed(at, 'YMD'),
  kr: (at) => dashed(at, 'YMD'),
};

function dashed(at: number, order: string): string {
  const [Y, M, D] = new Date(at).toISOString().slice(0, 10).split('-');
  return [...order].map((part) => ({ Y, M, D })[part]).join('-');
}

function fng(context: VenueContext, request: VenueRequest): VenueAnswer {
  const query = queryOf(request);
  // Read as PHP's intval does: what is not a number is 0, and 0 is everything.
  const limit = Math.max(0, Number.parseInt(query.get('limit') ?? '1', 10) || 0);
  const { newestFirst, nextAt } = days(context.seed, request.at);
  const page = limit === 0 ? newestFirst : newestFirst.slice(0, limit);
  const written = DATE_FORMATS[query.get('date_format') ?? ''];
  if (query.get('format') === 'csv') return { status: 200, headers: JSON_HEADERS, body: csv(page) };
  const data = page.map(({ at, value }, i) => ({
    value: String(value),
    value_classification: classOf(value),
    timestamp: written ? written(at) : String(at / SECOND),
    // With a text as the stamp the venue counts from the year 1970.
    ...(i === 0 && {
      time_until_update: written ? String(-Math.floor(request.at / SECOND)) : seconds(nextAt, request),
    }),
  }));
  const body = { name: NAME, data, metadata: { error: null } };
  return { status: 200, headers: JSON_HEADERS, body: JSON.stringify(body, null, '\t') };
}

const NAME = 'Fear and Greed Index';
const JSON_HEADERS = { 'content-type': 'application/json' };

const seconds = (nextAt: number, { at }: VenueRequest): string => String(Math.ceil((nextAt - at) / SECOND));

/** Lines inside a JSON shell, the header in another order than the columns: no parser reads it, live or here. */
function csv(page: readonly Day[]): string {
  const lines = page.map(({ at, value }) => `${dashed(at, 'DMY')},${value},${classOf(value)}`);
  return [
    `{\n\t"name": "${NAME}",\n\t"data": [`,
    'fng_value,fng_classification,date',
    ...lines,
    '\t],\n\t"metadata": {\n\t\t"error": null\n\t}\n}',
  ].join('\n');
}

export const alternativeMe: VenueModule = {
  id: 'alternative-me',
  prefix: '/alternative-me',
  env: 'GORDON_ALTERNATIVE_ME_URL',
  limits: [{ id: LIMIT, limit: 60, windowMs: MINUTE }],
  open: (context) => (request) => {
    if (!context.limiter.take(LIMIT, request.ip, 1).allowed) return htmlPage(429, 'Too Many Requests');
    if (request.path !== '/fng/' && request.path !== '/fng') return htmlPage(404, 'Not Found');
    return { ...fng(context, request), route: 'GET /alternative-me/fng/' };
  },
  truth: ({ market, start, end }, context) =>
    market === 'fear-greed'
      ? days(context.seed, context.now())
          .newestFirst.filter(({ at }) => at >= start && at < end)
          .toReversed()
      : undefined,
};
