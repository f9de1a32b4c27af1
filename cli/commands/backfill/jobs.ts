import { stopOn } from '../../follow/stop.ts';
import { jobLines, jobTable } from '../../format/job.ts';
import { plural } from '../../format/values.ts';
import { type Context, print, printJson } from '../context.ts';
import { waitAndReport } from './wait.ts';

export interface JobsOptions {
  readonly status?: readonly string[];
  readonly source?: string;
  readonly all?: boolean;
  readonly limit: number;
  readonly json?: boolean;
}

export async function listJobs(context: Context, given: JobsOptions): Promise<number> {
  const status = given.all ? 'all' : given.status?.join(',');
  const { jobs, more } = await context.api().jobs({
    ...(status && { status }),
    ...(given.source && { source: given.source }),
    limit: given.limit,
  });
  if (given.json) printJson(context, jobs);
  else if (jobs.length === 0) print(context, nothing(given));
  else print(context, ...jobTable(jobs, context.paint));
  if (more && !given.json) print(context, `the newest ${plural(jobs.length, 'job')}; for others: --limit`);
  return 0;
}

const nothing = ({ all, status, source }: JobsOptions): string => {
  const of = source ? ` of ${source}` : '';
  if (all) return `No job${of} yet. Start one: gordon-data backfill ${source ?? 'klines'} trigger --wait`;
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
