import { summarize } from '../../core/api/jobs/views.ts';
import type { Reply } from '../../core/api/operations.ts';
import { badRequest, parseInput } from '../../core/errors/bad-request.ts';
import { ACTIVE_STATUSES, isFinished, JOB_STATUSES, type JobStatus } from '../../core/jobs/job.ts';
import { JobsQuery } from '../../core/queries/parameters.ts';
import { sourcesNamed } from '../../core/series/names/named-sources.ts';
import { addressOf } from '../../routes.ts';
import { httpHandler } from '../../runtime/http-handler.ts';
import { servicesFromEnv, type Uses } from '../../runtime/services.ts';

export const createHandler = httpHandler(
  async ({ query }, { jobs, sources }: Uses<'jobs' | 'sources'>): Promise<Reply<'listJobs'>> => {
    const { status, source, limit, cursor } = parseInput(JobsQuery, query, 'the query');
    const filter = {
      statuses: statusesOf(status),
      limit,
      ...(source !== undefined && { source: sourcesNamed(sources, source)[0]!.family }),
    };
    const page = await jobs.list({ ...filter, ...(cursor && { after: cursor }) });
    const body = await Promise.all(
      // Only a job at work needs its chunks: the others' rows are final.
      page.jobs.map(async (job) => summarize(job, isFinished(job.status) ? [] : await jobs.chunks(job.id))),
    );
    return { status: 200, body, headers: page.more ? { link: next(query, body.at(-1)!.id) } : {} };
  },
);

function statusesOf(text: string | undefined): readonly JobStatus[] {
  if (text === undefined) return ACTIVE_STATUSES;
  if (text === 'all') return JOB_STATUSES;
  return text.split(',').map((word) => {
    const status = JOB_STATUSES.find((known) => known === word);
    if (status) return status;
    throw badRequest(
      'unknown-status',
      word,
      'there is no such status.',
      `Use all or: ${JOB_STATUSES.join(', ')}.`,
    );
  });
}

function next(query: Readonly<Record<string, string | undefined>>, cursor: string): string {
  return `<${addressOf('listJobs', {}, { ...query, cursor }).path}>; rel="next"`;
}

export const handler = createHandler(servicesFromEnv);
