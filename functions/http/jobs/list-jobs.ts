import { jobFilter, summariesOf } from '../../core/api/jobs/listed.ts';
import type { Reply } from '../../core/api/operations.ts';
import { addressOf } from '../../routes.ts';
import { httpHandler } from '../../runtime/http-handler.ts';
import { servicesFromEnv, type Uses } from '../../runtime/services.ts';

export const createHandler = httpHandler(
  async ({ query }, { jobs, sources }: Uses<'jobs' | 'sources'>): Promise<Reply<'listJobs'>> => {
    const page = await jobs.list(jobFilter(query, sources));
    const body = await summariesOf(jobs, page.jobs);
    return { status: 200, body, headers: page.more ? { link: next(query, body.at(-1)!.id) } : {} };
  },
);

function next(query: Readonly<Record<string, string | undefined>>, cursor: string): string {
  return `<${addressOf('listJobs', {}, { ...query, cursor }).path}>; rel="next"`;
}

export const handler = createHandler(servicesFromEnv);
