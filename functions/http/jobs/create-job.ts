import { detail } from '../../core/api/jobs/views.ts';
import type { Reply } from '../../core/api/operations.ts';
import { parseInput } from '../../core/errors/bad-request.ts';
import { type CreatePorts, createJob, planJob } from '../../core/orders/create-job.ts';
import { type QuotePorts, quoteOrder } from '../../core/orders/quote-order.ts';
import { OrderQuery } from '../../core/queries/parameters.ts';
import { iso } from '../../core/time/time.ts';
import { addressOf } from '../../routes.ts';
import { httpHandler, idempotencyOf } from '../../runtime/http-handler.ts';
import { servicesFromEnv } from '../../runtime/services.ts';

export const createHandler = httpHandler(
  async (
    { headers, query, body, rawBody },
    services: CreatePorts & QuotePorts,
    log,
  ): Promise<Reply<'createJob'>> => {
    const { dry_run } = parseInput(OrderQuery, query, 'the query');
    const key = idempotencyOf(headers, rawBody);
    if (dry_run === 'true') {
      const { source, symbols, skipped, timeframe, from, to, quote } = await planJob(services, body);
      const range = { from: iso(from), to: iso(to) };
      return { status: 200, body: { source, symbols, skipped, timeframe, ...range, quote } };
    }
    const { job, created, joined } = await createJob(services, body, key, (order) =>
      quoteOrder(services, order),
    );
    log.info('job taken', { jobId: job.id, source: job.source, symbols: job.symbols, created, joined });
    const chunks = joined ? await services.jobs.chunks(job.id) : [];
    return {
      status: 202,
      headers: { location: addressOf('getJob', { id: job.id }).path },
      body: { ...detail(job, chunks, services.clock()), joined },
    };
  },
  { body: true },
);

export const handler = createHandler(servicesFromEnv);
