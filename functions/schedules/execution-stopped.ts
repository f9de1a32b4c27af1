import * as z from 'zod';
import { noteStopped } from '../core/jobs/stop-job.ts';
import { eventHandler } from '../runtime/scheduled-handler.ts';
import { servicesFromEnv, type Uses } from '../runtime/services.ts';

/** EventBridge's "Step Functions Execution Status Change", as far as it is read. */
const Stopped = z.object({
  detail: z.object({
    name: z.string(),
    status: z.enum(['ABORTED', 'FAILED', 'TIMED_OUT']),
    error: z.string().nullish(),
    cause: z.string().nullish(),
  }),
});

export const createHandler = eventHandler(async (ports: Uses<'jobs' | 'catalog' | 'events'>, log, event) => {
  const { name, status, error, cause } = Stopped.parse(event).detail;
  const job = await noteStopped(ports, {
    jobId: name,
    status,
    error: error ?? undefined,
    cause: cause ?? error ?? undefined,
  });
  log.info('execution stopped', { jobId: name, execution: status, status: job?.status ?? 'unknown' });
  return { jobId: name, status: job?.status ?? null };
});

export const handler = createHandler(servicesFromEnv);
