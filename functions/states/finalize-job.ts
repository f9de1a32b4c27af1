import { type FinalizePorts, finalizeJob } from '../core/jobs/finish-job.ts';
import { FinalizeJobInput, FinalizeJobOutput } from '../core/workflow/contracts.ts';
import { jobEvents } from '../core/workflow/events.ts';
import { servicesFromEnv, type Uses } from '../runtime/services.ts';
import { stateHandler } from '../runtime/state-handler.ts';

export const createHandler = stateHandler(
  { input: FinalizeJobInput, output: FinalizeJobOutput },
  async (input, ports: FinalizePorts & Uses<'events'>, log) => {
    const result = await finalizeJob(ports, input);
    log.info('job ended', { ...result });
    await ports.events.publish(jobEvents(result));
    return result;
  },
);

export const handler = createHandler(servicesFromEnv);
