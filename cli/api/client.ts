import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import type { OrderBody } from '../../functions/core/orders/create-job.ts';
import type { RefreshBody } from '../../functions/core/queries/refresh-view.ts';
import type { CountBody } from '../../functions/core/upkeep/count-series.ts';
import type { RetentionBody } from '../../functions/core/upkeep/retention.ts';
import type { PeriodCertificate } from '../../functions/core/verify/certificate.ts';
import type { VerifyBody } from '../../functions/core/verify/verify-body.ts';
import { type Address, addressOf, routeOf } from '../../functions/routes.ts';
import { CliError } from '../failure.ts';
import * as answers from './answers.ts';
import type { BaseUrl } from './base-url.ts';
import { ApiProblem, ask } from './request.ts';

export type VerifyOrder = z.infer<typeof VerifyBody>;

export type RefreshOrder = z.infer<typeof RefreshBody>;

export type CountOrder = Omit<z.infer<typeof CountBody>, 'next'>;

interface JobsQuery {
  /** statuses with commas between them, or `all` */
  readonly status?: string;
  readonly source?: string;
  readonly limit: number;
}

/** The jobs API. Every method @throws CliError `unreachable`, ApiProblem for what the API refuses or cannot do */
export interface Api {
  readonly url: string;
  create(order: OrderBody, key?: string): Promise<answers.OrderedJob>;
  /** what the order would take; nothing is entered */
  plan(order: OrderBody): Promise<answers.Plan>;
  job(id: string, signal?: AbortSignal): Promise<answers.JobDetail>;
  /** newest first; `more` when there are others than the `limit` */
  jobs(query: JobsQuery): Promise<{ readonly jobs: answers.JobSummary[]; readonly more: boolean }>;
  cancel(id: string): Promise<void>;
  report(filter: { readonly source?: string; readonly symbol?: string }): Promise<answers.SeriesReport[]>;
  /** what is requested, and at which pace it is kept current */
  series(filter: {
    readonly source?: string;
    readonly symbol?: string;
  }): Promise<z.infer<typeof answers.FollowedSeries>>;
  /** no schedule orders these series any more; with `purge` a call deletes as many of their rows as it can */
  unfollow(asked: {
    readonly source: string;
    readonly symbols: string;
    readonly timeframe?: string;
    readonly purge?: 'true';
    readonly confirm?: string;
  }): Promise<z.infer<typeof answers.Unfollowed>>;
  /** what is not kept, by source */
  retention(): Promise<answers.RetentionRule[]>;
  /** @returns all that is not kept then */
  setRetention(order: RetentionBody): Promise<answers.RetentionRule[]>;
  /** counts all rows of the series against the ledger, in as many calls as it takes; one line for each series */
  audit(order: CountOrder, signal?: AbortSignal): AsyncGenerator<answers.CountedSeries[]>;
  /** one period of one series; waits for the venues' budgets */
  verify(body: VerifyOrder, signal?: AbortSignal): Promise<PeriodCertificate>;
  /** the whole window, in as many calls as it takes */
  refreshView(order: RefreshOrder, signal?: AbortSignal): Promise<void>;
  /** also when the answer is "unavailable" */
  health(): Promise<answers.Health>;
}

/** Most jobs that one page of the list holds. */
const PAGE = 100;

export function apiAt(base: BaseUrl): Api {
  const call = async <T>(shape: z.ZodType<T>, { method, path }: Address, init?: RequestInit): Promise<T> =>
    read(shape, (await ask(base, path, { ...init, method })).body, base);
  return {
    url: base.url,
    create: (order, key) =>
      call(answers.orderedShape, addressOf('createJob'), {
        headers: { 'content-type': 'application/json', ...(key && { 'idempotency-key': key }) },
        body: JSON.stringify(order),
      }),
    plan: (order) =>
      call(answers.Plan, addressOf('createJob', {}, { dry_run: 'true' }), {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(order),
      }),
    job: (id, signal) => call(answers.detailShape, addressOf('getJob', { id }), signal && { signal }),
    jobs: (query) => listJobs(base, query),
    async cancel(id) {
      await call(answers.Cancelled, addressOf('cancelJob', { id }));
    },
    report: (filter) => call(answers.Report, addressOf('report', {}, filter)),
    series: (filter) => call(answers.FollowedSeries, addressOf('listSeries', {}, filter)),
    unfollow: (asked) => call(answers.Unfollowed, addressOf('unfollow', {}, asked)),
    retention: () => call(answers.RetentionRules, addressOf('listRetention')),
    setRetention: (order) =>
      call(answers.RetentionRules, addressOf('setRetention'), {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(order),
      }),
    audit: (order, signal) => audit(base, order, signal),
    verify: (body, signal) => verify(base, body, signal),
    refreshView: (order, signal) => refreshView(base, order, signal),
    health: async () =>
      read(
        answers.Health,
        (await ask(base, routeOf('health').path, {}, (status) => status === 503)).body,
        base,
      ),
  };
}

/** A policy of TimescaleDB that refreshes the same at this moment is done within seconds. */
const MOST_REFUSALS = 20;

async function refreshView(base: BaseUrl, order: RefreshOrder, signal?: AbortSignal): Promise<void> {
  const { method, path } = routeOf('refreshView');
  let start: string | null = order.start;
  for (let refusals = 0; ; ) {
    const init = {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...order, start }),
      ...(signal && { signal }),
    };
    try {
      const { body } = await ask(base, path, init);
      const { next } = read(answers.ViewRefreshed, body, base);
      if (next === null) return;
      start = next;
    } catch (error) {
      const busy = error instanceof ApiProblem && error.code === 'database-busy';
      if (!busy || ++refusals === MOST_REFUSALS) throw error;
      await sleep(1_000, undefined, signal && { signal });
    }
  }
}

async function* audit(
  base: BaseUrl,
  order: CountOrder,
  signal?: AbortSignal,
): AsyncGenerator<answers.CountedSeries[]> {
  const { method, path } = routeOf('audit');
  for (let next: z.infer<typeof answers.Counted>['next'] = null; ; ) {
    const { body } = await ask(base, path, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...order, ...(next && { next }) }),
      ...(signal && { signal }),
    });
    const piece = read(answers.Counted, body, base);
    yield piece.counted;
    if (piece.next === null) return;
    next = piece.next;
  }
}

/** As long as a ban of an hour, looked at once a minute. */
const MOST_TRIES = 60;

async function verify(base: BaseUrl, body: VerifyOrder, signal?: AbortSignal): Promise<PeriodCertificate> {
  const { method, path } = routeOf('verify');
  const init = {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  for (let tries = 1; ; tries++) {
    const answer = await ask(base, path, { ...init, ...(signal && { signal }) }, (s) => s === 503);
    const busy = answers.Problem.safeParse(answer.body);
    if (!busy.success) return read(answers.Certificate, answer.body, base);
    if (busy.data.code !== 'no-budget' || tries === MOST_TRIES) throw new CliError(busy.data.detail);
    await sleep(Number(answer.headers.get('retry-after') ?? 1) * 1_000, undefined, signal && { signal });
  }
}

async function listJobs(base: BaseUrl, { limit, ...filter }: JobsQuery): ReturnType<Api['jobs']> {
  const jobs: answers.JobSummary[] = [];
  let path: string | undefined = addressOf('listJobs', {}, { ...filter, limit: Math.min(limit, PAGE) }).path;
  while (path && jobs.length < limit) {
    const answer: Awaited<ReturnType<typeof ask>> = await ask(base, path);
    jobs.push(...read(answers.summariesShape, answer.body, base));
    path = nextPage(answer.headers.get('link'));
  }
  return { jobs: jobs.slice(0, limit), more: path !== undefined || jobs.length > limit };
}

/** The target of `<…>; rel="next"`, without the host: the API may sit behind another one. */
function nextPage(link: string | null): string | undefined {
  const target = /<([^>]*)>\s*;\s*rel="?next"?/.exec(link ?? '')?.[1];
  return target?.replace(/^https?:\/\/[^/]+/, '');
}

function read<T>(shape: z.ZodType<T>, body: unknown, base: BaseUrl): T {
  const parsed = shape.safeParse(body);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  const where = path.length > 0 ? ` (${path.join('.')}: ${message})` : '';
  throw new CliError(
    `${base.url} answers what this gordon-data does not understand${where}: is it the same version?`,
  );
}
