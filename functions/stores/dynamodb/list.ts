import { paginateQuery } from '@aws-sdk/lib-dynamodb';
import { isFinished, JOB_STATUSES, type Job, type JobOrigin, type JobStatus } from '../../core/jobs/job.ts';
import { type JobFilter, originsOf } from '../../core/jobs/ports.ts';
import { onTable } from './dynamo.ts';
import { toJob } from './items.ts';
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
    const pages = await Promise.all(statuses.map((status) => ofStatus(at, filter, status)));
    for (const job of pages.flat()) found.set(job.id, job);
  }
  const jobs = [...found.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
  return { jobs: jobs.slice(0, filter.limit), more: jobs.length > filter.limit };
}

const STAGES: readonly (readonly JobStatus[])[] = [['queued'], ['running'], JOB_STATUSES.filter(isFinished)];

/** Items that one request reads where few of them may be among those that the filter selects: DynamoDB counts before it filters. */
const FILTERED_PAGE = 500;

/** Which items of jobs an origin has. AND binds closer than the OR between them. */
const WHERE: Readonly<Record<JobOrigin, string>> = {
  order: 'attribute_not_exists(#scheduled)',
  schedule: 'attribute_exists(#scheduled) AND attribute_not_exists(#audit)',
  audit: 'attribute_exists(#audit)',
};

/** Up to one more than the limit, so that the caller knows whether a next page exists. */
async function ofStatus(at: JobTable, filter: JobFilter, status: JobStatus): Promise<Job[]> {
  const origins = originsOf(status, filter);
  if (origins?.length === 0) return [];
  const conditions = [
    ...(filter.source ? ['#source = :source'] : []),
    ...(origins ? [`(${origins.map((origin) => WHERE[origin]).join(' OR ')})`] : []),
  ].join(' AND ');
  const names = { '#id': BY_STATUS.sort, '#source': 'source', '#scheduled': 'scheduled', '#audit': 'audit' };
  const pages = paginateQuery(
    { client: at.client, pageSize: conditions ? FILTERED_PAGE : filter.limit + 1 },
    {
      TableName: at.table,
      IndexName: BY_STATUS.name,
      KeyConditionExpression: filter.after ? '#status = :status AND #id < :after' : '#status = :status',
      ...(conditions && { FilterExpression: conditions }),
      ExpressionAttributeNames: {
        '#status': BY_STATUS.partition,
        ...Object.fromEntries(
          Object.entries(names).filter(
            ([name]) => conditions.includes(name) || (name === '#id' && filter.after),
          ),
        ),
      },
      ExpressionAttributeValues: {
        ':status': status,
        ...(filter.after && { ':after': filter.after }),
        ...(filter.source && { ':source': filter.source }),
      },
      ScanIndexForward: false,
    },
  );
  const jobs: Job[] = [];
  await onTable('the list of jobs', async () => {
    for await (const page of pages) {
      jobs.push(...(page.Items ?? []).map(toJob));
      if (jobs.length > filter.limit) break;
    }
  });
  return jobs.slice(0, filter.limit + 1);
}
