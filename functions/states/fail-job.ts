import { failJob } from '../core/jobs/finish-job.ts';
import { FailJobInput, FinalizeJobOutput } from '../core/workflow/contracts.ts';
import { jobEvents } from '../core/workflow/events.ts';
import { servicesFromEnv, type Uses } from '../runtime/services.ts';
import { stateHandler } from '../runtime/state-handler.ts';

export const createHandler = stateHandler(
  { input: FailJobInput, output: FinalizeJobOutput },
  async (input, ports: Uses<'jobs' | 'events'>, log) => {
    const result = await failJob(ports, input);
    log.info('job failed', { ...result });
    await ports.events.publish(jobEvents(result));
    return result;
  },
);

export const handler = createHandler(servicesFromEnv);
