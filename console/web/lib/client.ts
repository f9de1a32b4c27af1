import {
  type BodyOf,
  type CallInput,
  isAnswered,
  isPaged,
  nextPage,
  requestFor,
} from '../../../functions/core/api/call.ts';
import type { Plan } from '../../../functions/core/api/jobs/schemas.ts';
import type { Answer } from '../../../functions/core/api/operations.ts';
import type { OperationId } from '../../../functions/routes.ts';
import { parseInSlices } from './slices.ts';

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

/** The page is served by the host that answers, so an answer is not validated. @throws ApiError, Unreachable; the signal's reason */
export async function call<K extends OperationId>(id: K, input: CallInput<K> = {}): Promise<Answer<K>> {
  const signal = AbortSignal.any([AbortSignal.timeout(PATIENCE_MS), ...(input.signal ? [input.signal] : [])]);
  const { path, init } = requestFor(id, { ...input, signal });
  const first = await answerOf(id, path, init, input.signal);
  if (!isPaged(id)) return first.body as Answer<K>;
  const all = [...(first.body as unknown[])];
  for (let { next } = first; next; ) {
    const page = await answerOf(id, next, init, input.signal);
    all.push(...(page.body as unknown[]));
    next = page.next;
  }
  return all as unknown as Answer<K>;
}

interface Answered {
  readonly body: unknown;
  readonly next: string | undefined;
}

/** Answers by what was requested, the one that was requested last at the end. */
const unchanged = new Map<string, { readonly etag: string; readonly answer: Answered }>();
/** A page requests about a dozen things; an address that changes with each minute must not pile up. */
const MOST_REMEMBERED = 30;

function remember(path: string, answered: { readonly etag: string; readonly answer: Answered }): void {
  unchanged.delete(path);
  unchanged.set(path, answered);
  const [oldest] = unchanged.keys();
  if (unchanged.size > MOST_REMEMBERED && oldest !== undefined) unchanged.delete(oldest);
}

async function answerOf(
  id: OperationId,
  path: string,
  init: RequestInit,
  given: AbortSignal | undefined,
): Promise<Answered> {
  const response = await send(path, init, given);
  const etag = init.method === undefined || init.method === 'GET' ? response.headers.get('etag') : null;
  const same = etag === null ? undefined : unchanged.get(path);
  if (same && same.etag === etag) {
    // The browser has it from its cache: what was made of it is still right.
    await response.body?.cancel();
    return same.answer;
  }
  const body = await response
    .text()
    .then(parseInSlices)
    .catch(() => undefined);
  if (body !== undefined && isAnswered(id, response.status)) {
    const answer = { body, next: nextPage(response.headers.get('link')) };
    if (etag !== null) remember(path, { etag, answer });
    return answer;
  }
  const { code = 'unknown', detail } = (body ?? {}) as { code?: string; detail?: string };
  throw new ApiError(response.status, code, detail ?? `HTTP ${response.status} without an explanation.`);
}

/** What a job would take, without ordering it. @throws as `call` */
export const plan = (body: BodyOf<'createJob'>, signal: AbortSignal): Promise<Plan> =>
  // The one operation whose answer depends on its query.
  call('createJob', { query: { dry_run: 'true' }, body, signal }) as Promise<unknown> as Promise<Plan>;

async function send(path: string, init: RequestInit, given: AbortSignal | undefined): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch (error) {
    if (given?.aborted) throw error;
    throw new Unreachable('gordon-data does not answer.', { cause: error });
  }
}
