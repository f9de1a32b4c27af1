import { httpHandler } from '../runtime/http-handler.ts';
import { servicesFromEnv } from '../runtime/services.ts';

/** The job is cancelled at once; its fetchers see it after the page in hand, and what they wrote stays. */
export const createHandler = httpHandler(async ({ path }, { jobs }, log) => {
  const job = await jobs.cancel(path.id ?? '');
  log.info('job cancelled', { jobId: job.id, source: job.source });
  return { status: 200, body: { status: job.status } };
});

export const handler = createHandler(servicesFromEnv);
