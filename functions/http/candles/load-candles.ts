import { candleJobView } from '../../core/api/candles/views.ts';
import type { Reply } from '../../core/api/operations.ts';
import type { CreatePorts } from '../../core/orders/create-job.ts';
import { loadCandles } from '../../core/orders/load-candles.ts';
import { type QuotePorts, quoteOrder } from '../../core/orders/quote-order.ts';
import { addressOf } from '../../routes.ts';
import { httpHandler, idempotencyOf } from '../../runtime/http-handler.ts';
import { servicesFromEnv } from '../../runtime/services.ts';

export const createHandler = httpHandler(
  async (
    { headers, body, rawBody },
    services: CreatePorts & QuotePorts,
    log,
  ): Promise<Reply<'loadCandles'>> => {
    const key = idempotencyOf(headers, rawBody);
    const { job, created, joined } = await loadCandles(services, body, key, (order) =>
      quoteOrder(services, order),
    );
    log.info('job taken', { jobId: job.id, source: job.source, symbols: job.symbols, created, joined });
    return {
      status: 202,
      headers: { location: addressOf('getJob', { id: job.id }).path },
      body: { ...candleJobView(job), joined },
    };
  },
  { body: true },
);

export const handler = createHandler(servicesFromEnv);
