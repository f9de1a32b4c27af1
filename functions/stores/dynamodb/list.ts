import { paginateQuery } from '@aws-sdk/lib-dynamodb';
import {
  isFinished,
  JOB_ORIGINS,
  JOB_STATUSES,
  type Job,
  type JobOrigin,
  type JobStatus,
} from '../../core/jobs/job.ts';
import { type JobFilter, originsOf } from '../../core/jobs/ports.ts';
import { onTable } from './dynamo.ts';
import { statusWord, toJob } from './items.ts';
import type { JobTable } from './table.ts';
import { BY_STATUS } from './table.ts';

/**
 * Newest first: a ULID sorts by its time, so each status is read from the cursor backward and the pages are merged. The
 * statuses are read in the order in which a job goes through them: a job that moves on in between is read twice rather than
 * missed.
 */
export async function listJobs(
  at: JobTable,
  filter: JobFilter,
): Promise<{ jobs: readonly Job[]; more: boolean }> {
  const found = new Map<string, Job>();
  for (const stage of STAGES) {
    const statuses = stage.filter((status) => filter.statuses.includes(status));
    const words = statuses.flatMap((status) => wordsOf(status, filter));
    const pages = await Promise.all(words.map((word) => ofWord(at, filter, word)));
    for (const job of pages.flat()) found.set(job.id, job);
  }
  const jobs = [...found.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
  return { jobs: jobs.slice(0, filter.limit), more: jobs.length > filter.limit };
}

const STAGES: readonly (readonly JobStatus[])[] = [['queued'], ['running'], JOB_STATUSES.filter(isFinished)];

/** Which items of jobs an origin has. AND binds closer than the OR between them. */
const WHERE: Readonly<Record<JobOrigin, string>> = {
  order: 'attribute_not_exists(#scheduled)',
  schedule: 'attribute_exists(#scheduled) AND attribute_not_exists(#audit)',
  audit: 'attribute_exists(#audit)',
};

/** The words under which the index has the jobs of a status that the filter selects. */
const wordsOf = (status: JobStatus, filter: JobFilter): string[] => [
  ...new Set((originsOf(status, filter) ?? JOB_ORIGINS).map((origin) => statusWord(status, origin))),
];

/** Up to one more than the limit, so that the caller knows whether a next page exists. */
async function ofWord(
  at: JobTable,
  { source, origins, after, limit }: JobFilter,
  word: string,
): Promise<Job[]> {
  const conditions = [
    ...(source ? ['#source = :source'] : []),
    ...(origins ? [`(${origins.map((origin) => WHERE[origin]).join(' OR ')})`] : []),
  ].join(' AND ');
  const names = { '#source': 'source', '#scheduled': 'scheduled', '#audit': 'audit' };
  const pages = paginateQuery(
    { client: at.client, pageSize: limit + 1 },
    {
      TableName: at.table,
      IndexName: BY_STATUS.name,
      KeyConditionExpression: after ? '#status = :status AND #id < :after' : '#status = :status',
      ...(conditions && { FilterExpression: conditions }),
      ExpressionAttributeNames: {
        '#status': BY_STATUS.partition,
        ...(after && { '#id': BY_STATUS.sort }),
        ...Object.fromEntries(Object.entries(names).filter(([name]) => conditions.includes(name))),
      },
      ExpressionAttributeValues: {
        ':status': word,
        ...(after && { ':after': after }),
        ...(source && { ':source': source }),
      },
      ScanIndexForward: false,
    },
  );
  const jobs: Job[] = [];
  await onTable('the list of jobs', async () => {
    for await (const page of pages) {
      jobs.push(...(page.Items ?? []).map(toJob));
      if (jobs.length > limit) break;
    }
  });
  return jobs.slice(0, limit + 1);
}
