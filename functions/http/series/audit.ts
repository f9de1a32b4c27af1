import type { Reply } from '../../core/api/operations.ts';
import { parseInput } from '../../core/errors/bad-request.ts';
import { CountBody, type CountPorts, countSeries } from '../../core/upkeep/count-series.ts';
import { httpHandler } from '../../runtime/http-handler.ts';
import { servicesFromEnv } from '../../runtime/services.ts';

export const createHandler = httpHandler(
  async ({ body }, services: CountPorts, log): Promise<Reply<'audit'>> => {
    const piece = await countSeries(services, parseInput(CountBody, body, 'the body'));
    const lost = piece.counted.reduce((sum, series) => sum + series.lost, 0);
    log.info('counted', { series: piece.counted.length, lost, next: piece.next });
    return { status: 200, body: piece };
  },
  { body: true },
);

export const handler = createHandler(servicesFromEnv);
