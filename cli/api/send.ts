import * as z from 'zod';
import { isAnswered } from '../../functions/core/api/call.ts';
import { Problem } from '../../functions/core/api/operation.ts';
import { describeError } from '../../functions/core/errors/errors.ts';
import type { OperationId } from '../../functions/routes.ts';
import { CliError } from '../failure.ts';
import type { BaseUrl } from './base-url.ts';

/** The API refused, or could not. A 4xx is the caller's doing and exits with 2. */
export class ApiProblem extends CliError {
  readonly status: number;
  /** stable name of the error, such as `unknown-source` */
  readonly code: string;
  /** after how many seconds the same call may succeed */
  readonly retryAfter: number;
  constructor(status: number, code: string, message: string, retryAfter = 1) {
    super(message, status < 500 && status !== 408 && status !== 429 ? 2 : 1);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/** No answer came. */
export class Unreachable extends CliError {}

export interface ApiAnswer {
  readonly body: unknown;
  readonly headers: Headers;
}

/** The API itself gives up after 29 s. */
const PATIENCE_MS = 60_000;

/** @throws ApiProblem, Unreachable, CliError when something else than the API answers there */
export async function send(
  base: BaseUrl,
  id: OperationId,
  path: string,
  init: RequestInit = {},
): Promise<ApiAnswer> {
  const signal = AbortSignal.any([AbortSignal.timeout(PATIENCE_MS), ...(init.signal ? [init.signal] : [])]);
  const { response, text } = await receive(base, path, { ...init, signal });
  const body = parse(text);
  if (!isAnswered(id, response.status)) throw refusal(base, response, body);
  if (body === undefined) throw stranger(base, response);
  return { body, headers: response.headers };
}

/** What the API says when it refuses, or that something else answered. */
export const refusalOf = (base: BaseUrl, response: Response, text: string): CliError =>
  refusal(base, response, parse(text));

/** What the command line reads of a problem. */
const Refusal = z.looseObject(Problem.pick({ code: true, detail: true }).shape);

/** What API Gateway answers when it does not get as far as a function of ours. */
const GatewayMessage = z.looseObject({ message: z.string() });

function refusal(base: BaseUrl, response: Response, body: unknown): CliError {
  const { status } = response;
  const hint = base.caller && (status === 401 || status === 403) ? ` ${base.caller.remedy}` : '';
  const problem = Refusal.safeParse(body);
  if (problem.success) {
    const { code, detail } = problem.data;
    return new ApiProblem(status, code, detail + hint, retryAfter(response));
  }
  const gateway = GatewayMessage.safeParse(body);
  if (!gateway.success) return stranger(base, response);
  return new ApiProblem(status, 'gateway', `${base.url}: HTTP ${status}: ${gateway.data.message}.${hint}`);
}

export const retryAfter = ({ headers }: Response): number => Number(headers.get('retry-after') ?? 1);

async function receive(
  base: BaseUrl,
  path: string,
  init: RequestInit,
): Promise<{ response: Response; text: string }> {
  const response = await request(base, base.url + path, init);
  return { response, text: await reaching(base, init.signal, () => response.text()) };
}

/** One request, signed; the body is not read yet. @throws Unreachable; the reason of the signal, where that is not a timeout */
export async function request(base: BaseUrl, url: string, init: RequestInit): Promise<Response> {
  const request = new Request(url, init);
  const signed = (await base.caller?.sign(request)) ?? request;
  // Signing makes another request, which would not be aborted with the first.
  return reaching(base, init.signal, () => fetch(signed, { signal: init.signal ?? null }));
}

/** Runs what needs the network. @throws Unreachable; the reason of the signal, where that is not a timeout */
export async function reaching<T>(
  base: BaseUrl,
  signal: AbortSignal | null | undefined,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (signal?.aborted && !(signal.reason instanceof DOMException)) throw signal.reason;
    throw unreachable(base, error);
  }
}

const NOBODY_THERE = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH/;

function unreachable(base: BaseUrl, error: unknown): Unreachable {
  const why = describeError(error);
  // With several addresses for one name the cause is an AggregateError, whose message is empty.
  const code = String(((error as Error).cause as { code?: unknown } | undefined)?.code);
  const remedy = `start it with \`make dev-up\`${base.caller ? ', or check GORDON_API_URL' : ''}`;
  if (NOBODY_THERE.test(`${code} ${why}`)) {
    return new Unreachable(`no gordon-data at ${base.url}: ${remedy}`, 1, error);
  }
  return new Unreachable(`${base.url} does not answer (${why}): see \`gordon-data doctor\``, 1, error);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const stranger = (base: BaseUrl, { status, headers }: Response): CliError =>
  new CliError(
    `${base.url} answers (HTTP ${status}, ${headers.get('content-type') ?? 'no content type'}) but not as gordon-data does: is it another program's port?`,
  );
