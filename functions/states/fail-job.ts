import { failJob } from '../core/jobs/finish-job.ts';
import { FailJobInput, FinalizeJobOutput } from '../core/workflow/contracts.ts';
import { eventsOf } from '../core/workflow/events.ts';
import { servicesFromEnv } from '../runtime/services.ts';
import { stateHandler } from '../runtime/state-handler.ts';

export const createHandler = stateHandler(
  { input: FailJobInput, output: FinalizeJobOutput },
  async (input, services, log) => {
    const result = await failJob(services, input);
    log.info('job failed', { ...result });
    await services.events.publish(eventsOf(result));
    return result;
  },
);

export const handler = createHandler(servicesFromEnv);
