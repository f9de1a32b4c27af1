import { detail } from '../../core/api/jobs/views.ts';
import type { Reply } from '../../core/api/operations.ts';
import { badRequest } from '../../core/errors/bad-request.ts';
import { httpHandler } from '../../runtime/http-handler.ts';
import { servicesFromEnv, type Uses } from '../../runtime/services.ts';

export const createHandler = httpHandler(
  async ({ path }, { jobs, clock }: Uses<'jobs' | 'clock'>): Promise<Reply<'getJob'>> => {
    const id = path.id ?? '';
    const job = await jobs.get(id);
    if (!job) throw badRequest('unknown-job', id, 'there is no such job.');
    return { status: 200, body: detail(job, await jobs.chunks(id), clock()) };
  },
);

export const handler = createHandler(servicesFromEnv);
