import type { Reply } from '../../core/api/operations.ts';
import { httpHandler } from '../../runtime/http-handler.ts';
import { servicesFromEnv, type Uses } from '../../runtime/services.ts';

/**
 * The job is cancelled at once; its fetchers see it after the page in hand, and what they wrote stays. What only this job wanted
 * and has not fetched is no longer requested, so it is not a gap.
 */
export const createHandler = httpHandler(
  async ({ path }, { jobs, catalog }: Uses<'jobs' | 'catalog'>, log): Promise<Reply<'cancelJob'>> => {
    const job = await jobs.cancel(path.id ?? '');
    await catalog.withdraw(job.id);
    log.info('job cancelled', { jobId: job.id, source: job.source });
    return { status: 200, body: { status: job.status } };
  },
);

export const handler = createHandler(servicesFromEnv);
