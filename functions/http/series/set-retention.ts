import type { Reply } from '../../core/api/operations.ts';
import { parseInput } from '../../core/errors/bad-request.ts';
import {
  RetentionBody,
  type RetentionPorts,
  retentionView,
  setRetention,
} from '../../core/upkeep/retention.ts';
import { httpHandler } from '../../runtime/http-handler.ts';
import { servicesFromEnv } from '../../runtime/services.ts';

export const createHandler = httpHandler(
  async ({ body }, services: RetentionPorts, log): Promise<Reply<'setRetention'>> => {
    const order = parseInput(RetentionBody, body, 'the body');
    const rules = await setRetention(services, order);
    log.info('retention set', { ...order });
    return { status: 200, body: rules.map(retentionView) };
  },
  { body: true },
);

export const handler = createHandler(servicesFromEnv);
