import middy from '@middy/core';
import { describeError } from '../core/errors.ts';
import { type Log, logWith } from './log.ts';
import type { Services } from './services.ts';
import type { StateHandler } from './state-handler.ts';

/** Makes the handler of a schedule or of an event. What it throws is the platform's to retry and to alarm on. */
export function scheduledHandler(
  work: (services: Services, log: Log, event: unknown) => Promise<unknown>,
): (services: () => Promise<Services>) => StateHandler {
  return (services) => {
    const handler = middy<unknown, unknown>().handler(async (event) => {
      const log = logWith({});
      try {
        return await work(await services(), log, event);
      } catch (error) {
        log.error(describeError(error), error as Error);
        throw error;
      }
    });
    return handler as unknown as StateHandler;
  };
}
