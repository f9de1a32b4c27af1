import type * as z from 'zod';
import {
  type BodyOf,
  type Call,
  type CallInput,
  isPaged,
  nextPage,
  requestFor,
} from '../../functions/core/api/call.ts';
import type { JobSummary, Plan } from '../../functions/core/api/jobs/schemas.ts';
import { type Answer, operations } from '../../functions/core/api/operations.ts';
import { MOST_JOBS } from '../../functions/core/jobs/ports.ts';
import type { Shape } from '../../functions/core/time/fields.ts';
import { addressOf, type OperationId } from '../../functions/routes.ts';
import { CliError } from '../failure.ts';
import type { BaseUrl } from './base-url.ts';
import { lenient } from './lenient.ts';
import { type ApiAnswer, send } from './send.ts';

export interface JobsFilter {
  /** statuses with commas between them, or `all` */
  readonly status?: string;
  readonly source?: string;
  /** who ordered them, with commas in between */
  readonly origin?: string;
  /** `false`: without the runs of schedules that succeeded */
  readonly quiet?: 'false';
  readonly limit: number;
}

/** The API. Every method @throws CliError `Unreachable`, ApiProblem for what the API refuses or cannot do */
export interface Api {
  readonly url: string;
  readonly call: Call;
  /** what the order would take; nothing is entered */
  plan(order: BodyOf<'createJob'>): Promise<Plan>;
  /** newest first; `more` when there are others than the `limit` */
  jobs(filter: JobsFilter): Promise<{ readonly jobs: readonly JobSummary[]; readonly more: boolean }>;
}

export function apiAt(base: BaseUrl): Api {
  return {
    url: base.url,
    async call<K extends OperationId>(id: K, input: CallInput<K> = {}): Promise<Answer<K>> {
      const { path, init } = requestFor(id, input);
      const schema: z.ZodType = operations[id].answer;
      let page = await send(base, id, path, init);
      const first = read(schema, page, base);
      if (!isPaged(id)) return first as Answer<K>;
      const all = [...(first as readonly unknown[])];
      for (let next = nextPage(page.headers.get('link')); next; next = nextPage(page.headers.get('link'))) {
        page = await send(base, id, next, init);
        all.push(...(read(schema, page, base) as readonly unknown[]));
      }
      return all as unknown as Answer<K>;
    },
    plan: async (order) => {
      const { path, init } = requestFor('createJob', { query: { dry_run: 'true' }, body: order });
      return read(operations.createJob.others[200], await send(base, 'createJob', path, init), base);
    },
    jobs: (filter) => listJobs(base, filter),
  };
}

async function listJobs(base: BaseUrl, { limit, ...filter }: JobsFilter): ReturnType<Api['jobs']> {
  const id: OperationId = 'listJobs';
  const jobs: JobSummary[] = [];
  let path: string | undefined = addressOf(id, {}, { ...filter, limit: Math.min(limit, MOST_JOBS) }).path;
  while (path && jobs.length < limit) {
    const page: ApiAnswer = await send(base, id, path);
    jobs.push(...read(operations[id].answer, page, base));
    path = nextPage(page.headers.get('link'));
  }
  return { jobs: jobs.slice(0, limit), more: path !== undefined || jobs.length > limit };
}

function read<S extends z.ZodType>(schema: S, { body }: ApiAnswer, base: BaseUrl): Shape<S> {
  const parsed = lenient(schema).safeParse(body);
  if (parsed.success) return parsed.data as Shape<S>;
  const { path, message } = parsed.error.issues[0]!;
  const where = path.length > 0 ? ` (${path.join('.')}: ${message})` : '';
  throw new CliError(
    `${base.url} answers what this gordon-data does not understand${where}: is it the same version?`,
  );
}
