import type { Reply } from '../../core/api/operations.ts';
import { type DeepPorts, verifyTrades } from '../../core/verify/deep/verify-trades.ts';
import { readDeep } from '../../core/verify/verify-body.ts';
import { httpHandler } from '../../runtime/http-handler.ts';
import { servicesFromEnv } from '../../runtime/services.ts';

export const createHandler = httpHandler(
  async ({ body }, services: DeepPorts, log): Promise<Reply<'verifyDeep'>> => {
    const { series, range } = readDeep(services.sources, body);
    const certificate = await verifyTrades(services, series, range);
    const { verdict, trades, compared, different } = certificate;
    log.info('verified by trades', { ...series, verdict, trades, compared, different });
    return { status: 200, body: certificate };
  },
  { body: true },
);

export const handler = createHandler(servicesFromEnv);
