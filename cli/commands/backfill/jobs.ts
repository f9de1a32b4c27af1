import type { JobSummary } from '../../../functions/core/api/jobs/schemas.ts';
import type { Api, JobsFilter } from '../../api/client.ts';
import { stopOn } from '../../follow/stop.ts';
import { watchJobs } from '../../follow/watch-jobs.ts';
import { jobLines, jobTable } from '../../format/job.ts';
import { plural } from '../../format/values.ts';
import { type Context, print, printJson } from '../context.ts';
import { waitAndReport } from './wait.ts';

export interface JobsOptions {
  readonly status?: readonly string[];
  readonly sources?: readonly string[];
  readonly all?: boolean;
  readonly origin?: readonly string[];
  readonly watch?: boolean;
  readonly limit: number;
  readonly json?: boolean;
}

export async function listJobs(context: Context, given: JobsOptions): Promise<number> {
  const api = context.api();
  if (given.watch) {
    using stop = stopOn(context.terminal);
    return await watchJobs(context, api, async () => (await jobsOf(api, given)).jobs, stop.signal);
  }
  const { jobs, more } = await jobsOf(api, given);
  if (given.json) printJson(context, jobs);
  else if (jobs.length === 0) print(context, nothing(given));
  else print(context, ...jobTable(jobs, context));
  if (jobs.length > 0 && withoutQuiet(given) && !given.json) print(context, context.paint('dim', QUIET));
  if (more && !given.json) print(context, `the newest ${plural(jobs.length, 'job')}; for others: --limit`);
  return 0;
}

/** The newest jobs of all the sources: the API lists one source at a time. */
async function jobsOf(api: Api, given: JobsOptions): Promise<{ jobs: readonly JobSummary[]; more: boolean }> {
  const { all, status: statuses, sources, origin, limit } = given;
  const status = all ? 'all' : statuses?.join(',');
  const filter: JobsFilter = {
    ...(status && { status }),
    ...(origin && !origin.includes('all') && { origin: origin.join(',') }),
    ...(withoutQuiet(given) && { quiet: 'false' }),
    limit,
  };
  const pages = sources
    ? await Promise.all(sources.map((source) => api.jobs({ ...filter, source })))
    : [await api.jobs(filter)];
  // A source and its family select the same jobs. Ids grow with time.
  const jobs = [...new Map(pages.flatMap((page) => page.jobs).map((job) => [job.id, job])).values()];
  const newest = jobs.toSorted((a, b) => (a.id < b.id ? 1 : -1));
  return {
    jobs: newest.slice(0, limit),
    more: newest.length > limit || pages.some(({ more }) => more),
  };
}

/** Runs of schedules would fill the list within an hour, and nobody's order would be in it. */
const withoutQuiet = ({ all, status, origin }: JobsOptions): boolean =>
  origin === undefined && (all === true || status?.includes('succeeded') === true);

const QUIET = 'not shown: runs of schedules that succeeded (--origin all)';

const nothing = ({ all, status, sources, origin }: JobsOptions): string => {
  const of = sources ? ` of ${sources.join(', ')}` : '';
  if (origin && !origin.includes('all')) return `No such job${of} is by ${origin.join(' or ')}.`;
  if (all)
    return `No job${of} yet. Start one: gordon-data backfill ${sources?.[0] ?? 'klines'} trigger --wait`;
  if (status) return `No job${of} is ${status.join(' or ')}.`;
  return `No job${of} is queued or running. Finished ones: gordon-data backfill jobs --all`;
};

export async function showJob(
  context: Context,
  id: string,
  given: { readonly json?: boolean; readonly wait?: boolean },
): Promise<number> {
  const api = context.api();
  const job = await api.call('getJob', { params: { id } });
  if (given.wait) {
    using stop = stopOn(context.terminal);
    return await waitAndReport(context, api, job, stop, given.json);
  }
  if (given.json) printJson(context, job);
  else print(context, ...jobLines(job, context.terminal.clock(), context.paint));
  return 0;
}

export async function cancelJob(context: Context, id: string): Promise<number> {
  await context.api().call('cancelJob', { params: { id } });
  print(context, `job ${id} is cancelled; the rows that it wrote are kept`);
  return 0;
}
