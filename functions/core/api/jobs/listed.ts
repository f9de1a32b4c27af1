import { badRequest, parseInput } from '../../errors/bad-request.ts';
import {
  ACTIVE_STATUSES,
  isFinished,
  JOB_ORIGINS,
  JOB_STATUSES,
  type Job,
  type JobOrigin,
  type JobStatus,
} from '../../jobs/job.ts';
import type { JobFilter, JobStore } from '../../jobs/ports.ts';
import { JobsQuery } from '../../queries/parameters.ts';
import { sourcesNamed } from '../../series/names/named-sources.ts';
import type { Sources } from '../../series/source.ts';
import type { JobSummary } from './schemas.ts';
import { summarize } from './views.ts';

/** Which jobs a query lists. @throws GordonError `invalid-request`, `unknown-source`, `unknown-status` */
export function jobFilter(query: Readonly<Record<string, string | undefined>>, sources: Sources): JobFilter {
  const { status, source, origin, quiet, limit, cursor } = parseInput(JobsQuery, query, 'the query');
  return {
    statuses: statusesOf(status),
    limit,
    ...(source !== undefined && { source: sourcesNamed(sources, source)[0]!.family }),
    ...(origin !== undefined && { origins: originsNamed(origin) }),
    ...(quiet === 'false' && { withoutQuiet: true }),
    ...(cursor && { after: cursor }),
  };
}

const originsNamed = (text: string): readonly JobOrigin[] =>
  text.split(',').map((word) => {
    const origin = JOB_ORIGINS.find((known) => known === word);
    if (origin) return origin;
    const remedy = `Use some of: ${JOB_ORIGINS.join(', ')}.`;
    throw badRequest('invalid-request', word, 'nothing orders jobs by that name.', remedy);
  });

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

/** The jobs as lists show them. Only a job at work needs its chunks: the others' rows are final. */
export const summariesOf = (jobs: Pick<JobStore, 'chunks'>, listed: readonly Job[]): Promise<JobSummary[]> =>
  Promise.all(
    listed.map(async (job) => summarize(job, isFinished(job.status) ? [] : await jobs.chunks(job.id))),
  );
