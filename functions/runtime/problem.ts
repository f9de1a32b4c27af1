import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyResult } from 'aws-lambda';
import { ERRORS, type ErrorCode } from '../core/errors/error-codes.ts';
import type { ErrorKind } from '../core/errors/error-kinds.ts';
import { type BudgetExhausted, describeError, GordonError } from '../core/errors/errors.ts';
import { waitSecondsUntil } from '../core/series/schedule.ts';
import type { Log } from './log.ts';

/** RFC 9457. `code` is the stable name of the error, `subject` what it is about. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly subject?: string;
  readonly remedy?: string;
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Not admitted',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  406: 'Not acceptable',
  409: 'Conflict',
  413: 'Too large',
  422: 'Cannot be done',
  500: 'Internal error',
  502: 'No answer behind',
  503: 'Not available now',
  507: 'No space left',
};

/** The problem that an error is to a caller of the API; a fault of the program shows none of its words. */
export function toProblem(error: unknown): Problem {
  if (error instanceof GordonError) {
    const { code, subject, remedy, status } = error;
    return problem(code, error.message, { subject, remedy, status });
  }
  if (isMalformedJson(error)) return problem('malformed-json', 'The body is not JSON.');
  return problem('unexpected', 'Something failed that was not foreseen; the log has the details.');
}

/** What is not given is that of the code in the table of errors. */
export function problem(
  code: ErrorCode,
  detail: string,
  more: { readonly subject?: string; readonly remedy?: string; readonly status?: number } = {},
): Problem {
  const kind: ErrorKind = ERRORS[code];
  const { status = kind.status ?? 500, remedy = kind.remedy, subject } = more;
  const title = TITLES[status] ?? 'Error';
  return {
    type: 'about:blank',
    title,
    status,
    detail,
    code,
    ...(subject !== undefined && { subject }),
    remedy,
  };
}

/** How `@middy/http-json-body-parser` says it; it answers 415, which would blame the media type. */
const isMalformedJson = (error: unknown): boolean =>
  error instanceof Error && error.message === 'Invalid or malformed JSON was provided';

/** The answer to a request that a venue has no budget for now: when to send it again. @param now epoch ms */
export function outOfBudget(error: BudgetExhausted, subject: string, now: number) {
  const seconds = waitSecondsUntil(error.until, now);
  return {
    status: 503,
    headers: { 'content-type': 'application/problem+json', 'retry-after': String(seconds) },
    body: problem('no-budget', `${error.message}.`, {
      subject,
      remedy: `Send it again in ${seconds} seconds.`,
    }),
  };
}

/** With every answer: no browser guesses that JSON or CSV is a page. */
export const NO_SNIFFING = { 'x-content-type-options': 'nosniff' } as const;

/** An answer of API Gateway with a problem, as RFC 9457 has it. */
export const problemAnswer = (problem: Problem): APIGatewayProxyResult => ({
  statusCode: problem.status,
  headers: { 'content-type': 'application/problem+json', ...NO_SNIFFING },
  body: JSON.stringify(problem),
});

/** The one place where an error becomes an answer. */
export const problems = (log: () => Log): MiddlewareObj => ({
  onError: (request) => {
    const problem = toProblem(request.error);
    if (problem.status >= 500) log().error(describeError(request.error), request.error as Error);
    request.response = problemAnswer(problem);
  },
});
