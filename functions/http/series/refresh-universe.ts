import type { Refusal, Reply } from '../../core/api/operations.ts';
import { parseInput } from '../../core/errors/bad-request.ts';
import { BudgetExhausted } from '../../core/errors/errors.ts';
import {
  RefreshUniverseBody,
  type RefreshUniversePorts,
  refreshUniverse,
} from '../../core/listing/dated/refresh-universe.ts';
import { httpHandler } from '../../runtime/http-handler.ts';
import { outOfBudget } from '../../runtime/problem.ts';
import { servicesFromEnv } from '../../runtime/services.ts';

export const createHandler = httpHandler(
  async ({ body }, services: RefreshUniversePorts, log): Promise<Reply<'refreshUniverse'> | Refusal> => {
    const order = parseInput(RefreshUniverseBody, body, 'the body');
    try {
      const refreshed = await refreshUniverse(services, order);
      const { market, looked_up, lives, failed } = refreshed;
      log.info('universe refreshed', { market, looked_up, lives, failed: failed.length });
      return { status: 200, body: refreshed };
    } catch (error) {
      if (!(error instanceof BudgetExhausted)) throw error;
      return outOfBudget(error, 'the dated universe', services.clock());
    }
  },
  { body: true },
);

export const handler = createHandler(servicesFromEnv);
