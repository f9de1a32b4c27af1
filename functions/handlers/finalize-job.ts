import { FinalizeJobInput, FinalizeJobOutput } from '../core/contracts.ts';
import { eventsOf } from '../core/events.ts';
import { finalizeJob } from '../core/run/finish-job.ts';
import { servicesFromEnv } from '../runtime/services.ts';
import { stateHandler } from '../runtime/state-handler.ts';

export const createHandler = stateHandler(
  { input: FinalizeJobInput, output: FinalizeJobOutput },
  async (input, services, log) => {
    const result = await finalizeJob(services, input);
    log.info('job ended', { ...result });
    await services.events.publish(eventsOf(result));
    return result;
  },
);

export const handler = createHandler(servicesFromEnv);
