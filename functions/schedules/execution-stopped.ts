import * as z from 'zod';
import { isFinished } from '../core/jobs/job.ts';
import { stopJob } from '../core/jobs/stop-job.ts';
import type { FinalStatus } from '../core/ledger/ports.ts';
import { jobEvents } from '../core/workflow/events.ts';
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

export const createHandler = eventHandler(
  async ({ jobs, catalog, events }: Uses<'jobs' | 'catalog' | 'events'>, log, event) => {
    const { name, status, error, cause } = Stopped.parse(event).detail;
    const before = await jobs.get(name);
    const job = await stopJob(jobs, { jobId: name, status, cause: cause ?? error ?? undefined });
    if (job && isFinished(job.status)) await catalog.settle(name, job.status as FinalStatus);
    log.info('execution stopped', { jobId: name, execution: status, status: job?.status ?? 'unknown' });
    // An end that the state machine reported itself was announced by its last state.
    if (job && before && !isFinished(before.status)) {
      await events.publish(
        jobEvents({
          jobId: name,
          status: job.status as FinalStatus,
          rows: job.rows,
          reason: job.reason ?? '',
        }),
      );
    }
    return { jobId: name, status: job?.status ?? null };
  },
);

export const handler = createHandler(servicesFromEnv);
