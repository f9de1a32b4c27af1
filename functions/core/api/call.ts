import type * as z from 'zod';
import { addressOf, type OperationId, ROUTES, type Route } from '../../routes.ts';
import type { Answer, Operations } from './operations.ts';

type QueryOf<O> = O extends { readonly query: infer Q extends z.ZodObject }
  ? { readonly [N in keyof z.input<Q>]?: string | number | undefined }
  : never;
type ParamsOf<O> = O extends { readonly params: infer P } ? { readonly [N in keyof P]: string } : never;

export type BodyOf<K extends OperationId> = Operations[K] extends { readonly body: infer B extends z.ZodType }
  ? z.input<B>
  : never;

/** What a request of an operation may carry. */
export interface CallInput<K extends OperationId> {
  readonly query?: QueryOf<Operations[K]>;
  readonly params?: ParamsOf<Operations[K]>;
  readonly body?: BodyOf<K>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** Calls an operation of the API. Every client has one. */
export type Call = <K extends OperationId>(id: K, input?: CallInput<K>) => Promise<Answer<K>>;

/** Where a call goes and what it sends; the caller adds the host and its credentials. */
export function requestFor<K extends OperationId>(
  id: K,
  { query, params, body, headers, signal }: CallInput<K>,
): { readonly path: string; readonly init: RequestInit } {
  const { method, path } = addressOf(id, params, query);
  const init: RequestInit = {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  };
  return { path, init };
}

/** Whether a response of this status carries an answer and no problem. */
export const isAnswered = (id: OperationId, status: number): boolean => {
  const { also = [] }: Route = ROUTES[id];
  return (status >= 200 && status < 300) || also.includes(status);
};

/** Whether the pages of an answer are read to the last one. */
export const isPaged = (id: OperationId): boolean => (ROUTES[id] as Route).paged === true;

/** The target of `<…>; rel="next"`, without the host: the API may sit behind another one. */
export function nextPage(link: string | null): string | undefined {
  const target = /<([^>]*)>\s*;\s*rel="?next"?/.exec(link ?? '')?.[1];
  return target?.replace(/^https?:\/\/[^/]+/, '');
}
