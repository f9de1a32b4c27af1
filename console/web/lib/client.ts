import type * as z from 'zod';
import type { Operation, Operations } from '../../../functions/core/api/operations.ts';
import { addressOf, type OperationId } from '../../../functions/routes.ts';

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
export async function call<K extends OperationId>(
  id: K,
  options: CallOptions<Operations[K]> = {},
): Promise<Answer<K>> {
  const { method, path } = addressOf(id, options.params, options.query);
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

async function send(path: string, init: RequestInit, given: AbortSignal | undefined): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch (error) {
    if (given?.aborted) throw error;
    throw new Unreachable('gordon-data does not answer.', { cause: error });
  }
}
