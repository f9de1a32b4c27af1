import { badRequest, parseInput } from '../../core/errors/bad-request.ts';
import { candleJob } from '../../core/orders/load-candles.ts';
import { candleRange } from '../../core/queries/candle-query.ts';
import {
  aggregateView,
  candleGaps,
  candleSeries,
  candleStatus,
  gapView,
  seriesView,
} from '../../core/queries/inspect-candles.ts';
import { CandlesQuery } from '../../core/queries/parameters.ts';
import { httpHandler } from '../../runtime/http-handler.ts';
import { servicesFromEnv } from '../../runtime/services.ts';

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
