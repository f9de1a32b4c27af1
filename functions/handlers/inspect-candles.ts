import { CandlesQuery } from '../core/api/queries.ts';
import { badRequest, parseInput } from '../core/bad-request.ts';
import { candleRange } from '../core/run/candle-query.ts';
import {
  aggregateView,
  candleGaps,
  candleSeries,
  candleStatus,
  gapView,
  seriesView,
} from '../core/run/inspect-candles.ts';
import { candleJob } from '../core/run/load-candles.ts';
import { httpHandler } from '../runtime/http-handler.ts';
import { servicesFromEnv } from '../runtime/services.ts';

export const createHandler = httpHandler(async ({ query }, services) => {
  const { type, symbol, timeframe, ...times } = parseInput(CandlesQuery, query, 'the query');
  const of = symbol === undefined ? undefined : candleSeries(services.sources, symbol, timeframe);
  const range = candleRange(times, services.clock());
  if (type === 'gaps') {
    if (!of) throw badRequest('symbol-missing', 'symbol', 'say whose gaps.');
    return { status: 200, body: (await candleGaps(services, of, range)).map(gapView) };
  }
  const { series, lastJob, aggregates } = await candleStatus(services, of);
  const body = {
    ...(of && { symbol: of.symbol, timeframe: of.timeframe, ...seriesView(series) }),
    ...(of && { gaps: series ? (await candleGaps(services, of, range)).map(gapView) : [] }),
    last_job: lastJob ? candleJob(lastJob) : null,
    aggregates: aggregates.map(aggregateView),
  };
  return { status: 200, body };
});

export const handler = createHandler(servicesFromEnv);
