import type { Refusal, Reply } from '../../core/api/operations.ts';
import { BudgetExhausted } from '../../core/errors/errors.ts';
import { readVerify } from '../../core/verify/verify-body.ts';
import { type VerifyPorts, verifyPeriod } from '../../core/verify/verify-period.ts';
import { httpHandler } from '../../runtime/http-handler.ts';
import { outOfBudget } from '../../runtime/problem.ts';
import { servicesFromEnv } from '../../runtime/services.ts';

export const createHandler = httpHandler(
  async ({ body }, services: VerifyPorts, log): Promise<Reply<'verify'> | Refusal> => {
    const { series, range } = readVerify(services.sources, body);
    try {
      const certificate = await verifyPeriod(services, series, range);
      const { verdict, rows, compared, changed, missing, extra } = certificate;
      log.info('verified', { ...series, verdict, rows, compared, changed, missing, extra });
      return { status: 200, body: certificate };
    } catch (error) {
      if (!(error instanceof BudgetExhausted)) throw error;
      return outOfBudget(error, series.source, services.clock());
    }
  },
  { body: true },
);

export const handler = createHandler(servicesFromEnv);
