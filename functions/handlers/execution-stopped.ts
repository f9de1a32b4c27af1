import * as z from 'zod';
import { stopJob } from '../core/run/stop-job.ts';
import { scheduledHandler } from '../runtime/scheduled-handler.ts';
import { servicesFromEnv } from '../runtime/services.ts';

/** EventBridge's "Step Functions Execution Status Change", as far as it is read. */
const Stopped = z.object({
  detail: z.object({
    name: z.string(),
    status: z.enum(['ABORTED', 'FAILED', 'TIMED_OUT']),
    error: z.string().nullish(),
    cause: z.string().nullish(),
  }),
});

export const createHandler = scheduledHandler(async ({ jobs }, log, event) => {
  const { name, status, error, cause } = Stopped.parse(event).detail;
  const job = await stopJob(jobs, { jobId: name, status, cause: cause ?? error ?? undefined });
  log.info('execution stopped', { jobId: name, execution: status, status: job?.status ?? 'unknown' });
  return { jobId: name, status: job?.status ?? null };
});

export const handler = createHandler(servicesFromEnv);
