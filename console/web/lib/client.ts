import type * as z from 'zod';
import type { Operation, OperationId, Operations } from '../../../functions/core/api/operations.ts';

type Route = { readonly [K in OperationId]: `${Operations[K]['method']} ${Operations[K]['path']}` };

/** The routes that the page asks, held against the table that the API's document is made of. */
const ROUTES = {
  createJob: 'POST /backfill',
  listJobs: 'GET /backfill/jobs',
  getJob: 'GET /backfill/jobs/{id}',
  cancelJob: 'DELETE /backfill/jobs/{id}',
  report: 'GET /backfill/report',
  listSources: 'GET /backfill/sources',
  coverage: 'GET /backfill/coverage',
  ledger: 'GET /backfill/ledger',
  findings: 'GET /backfill/findings',
  rows: 'GET /data/{table}',
  status: 'GET /backfill/status',
  health: 'GET /healthz',
} as const satisfies Partial<Route>;

export type Asked = keyof typeof ROUTES;
export type Answer<K extends OperationId> = z.output<Operations[K]['answer']>;

type QueryOf<O> = O extends { readonly query: infer Q extends z.ZodObject }
  ? { [N in keyof z.input<Q>]?: string | number | undefined }
  : never;
type ParamsOf<O> = O extends { readonly params: infer P } ? { readonly [N in keyof P]: string } : never;
type BodyOf<O> = O extends { readonly body: infer B extends z.ZodType } ? z.input<B> : never;

export interface CallOptions<O extends Operation> {
  readonly query?: QueryOf<O>;
  readonly params?: ParamsOf<O>;
  readonly body?: BodyOf<O>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** The API refused, or could not. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** No answer came: the host is away, or the way to it. */
export class Unreachable extends Error {}

/** Longer than the 29 s after which the API itself gives up. */
const PATIENCE_MS = 35_000;

/** @throws ApiError, Unreachable; the signal's reason */
export async function call<K extends Asked>(
  id: K,
  options: CallOptions<Operations[K]> = {},
): Promise<Answer<K>> {
  const { method, path } = routeOf(id, options);
  const init: RequestInit = {
    method,
    signal: AbortSignal.any([AbortSignal.timeout(PATIENCE_MS), ...(options.signal ? [options.signal] : [])]),
    headers: {
      ...(options.body !== undefined && { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
  };
  const response = await send(path, init, options.signal);
  const body = await response.json().catch(() => undefined);
  // "unavailable" is an answer about health, not a failure to answer.
  if (body !== undefined && (response.ok || (id === 'health' && response.status === 503))) return body;
  const { code = 'unknown', detail } = (body ?? {}) as { code?: string; detail?: string };
  throw new ApiError(response.status, code, detail ?? `HTTP ${response.status} without an explanation.`);
}

export type Plan = z.output<Operations['createJob']['others'][200]>;

/** What a job would take, without ordering it. @throws as `call` */
export const plan = (body: BodyOf<Operations['createJob']>, signal: AbortSignal): Promise<Plan> =>
  // The one route whose answer depends on its query.
  call('createJob', { query: { dry_run: 'true' }, body, signal }) as Promise<unknown> as Promise<Plan>;

function routeOf(
  id: Asked,
  { params = {}, query = {} }: { params?: object; query?: object },
): { method: string; path: string } {
  const [method, template] = ROUTES[id].split(' ') as [string, string];
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent((params as Record<string, string>)[name] ?? ''),
  );
  const set = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) set.set(name, String(value));
  return { method, path: set.size === 0 ? path : `${path}?${set}` };
}

async function send(path: string, init: RequestInit, given: AbortSignal | undefined): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch (error) {
    if (given?.aborted) throw error;
    throw new Unreachable('gordon-data does not answer.', { cause: error });
  }
}
