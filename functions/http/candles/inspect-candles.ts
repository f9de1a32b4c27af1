import {
  aggregateView,
  candleGapView,
  candleJobView,
  candleSeriesView,
} from '../../core/api/candles/views.ts';
import type { Reply } from '../../core/api/operations.ts';
import { badRequest, parseInput } from '../../core/errors/bad-request.ts';
import { candleRange } from '../../core/queries/candle-query.ts';
import {
  candleGaps,
  candleSeries,
  candleStatus,
  type InspectPorts,
} from '../../core/queries/inspect-candles.ts';
import { CandlesQuery } from '../../core/queries/parameters.ts';
import { httpHandler } from '../../runtime/http-handler.ts';
import { servicesFromEnv } from '../../runtime/services.ts';

export const createHandler = httpHandler(
  async ({ query }, services: InspectPorts): Promise<Reply<'inspectCandles'>> => {
    const { type, symbol, timeframe, ...times } = parseInput(CandlesQuery, query, 'the query');
    const of = symbol === undefined ? undefined : candleSeries(services.sources, symbol, timeframe);
    const range = candleRange(times, services.clock());
    if (type === 'gaps') {
      if (!of) throw badRequest('symbol-missing', 'symbol', 'say whose gaps.');
      return { status: 200, body: (await candleGaps(services, of, range)).map(candleGapView) };
    }
    const { series, lastJob, aggregates } = await candleStatus(services, of);
    const body = {
      ...(of && { symbol: of.symbol, timeframe: of.timeframe, ...candleSeriesView(series) }),
      ...(of && { gaps: series ? (await candleGaps(services, of, range)).map(candleGapView) : [] }),
      last_job: lastJob ? candleJobView(lastJob) : null,
      aggregates: aggregates.map(aggregateView),
    };
    return { status: 200, body };
  },
);

export const handler = createHandler(servicesFromEnv);
